// The page's sentences in the language that is chosen.
const loaded = new Map();
let texts = {};

export async function choose(language) {
  if (!loaded.has(language)) loaded.set(language, await (await fetch(`texts.${language}.json`)).json());
  texts = loaded.get(language);
  document.documentElement.lang = language;
  document.title = `Cierre: ${texts.title}`;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", t(element.dataset.label));
  for (const element of document.querySelectorAll("[data-placeholder]")) element.placeholder = t(element.dataset.placeholder);
}

/** A sentence, with {0}, {1} filled in. */
export const t = (key, ...values) => (texts[key] ?? key).replace(/\{(\d)\}/g, (_, i) => values[i]);

/** What a situation is, in words. */
export const described = situation => texts[`situation ${situation.name}`] ?? situation.description;
