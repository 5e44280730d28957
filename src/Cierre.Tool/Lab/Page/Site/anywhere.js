// Cierre's client goes anywhere, and says how that ended.
import { ask } from "./link.js";
import { show } from "./outcome.js";
import { t } from "./texts.js";

const element = id => document.getElementById(id);
let last = null;

export function begin() {
  element("connect-form").addEventListener("submit", async event => {
    event.preventDefault();
    element("connect-now").disabled = true;
    element("connect-says").textContent = t("connecting");
    last = await ask("connect", { url: element("address").value, text: element("say").value });
    element("connect-now").disabled = false;
    redraw();
    if (!last.error) element("anywhere-result").focus({ preventScroll: true });
  });
}

export function redraw() {
  if (!last) return;
  element("connect-says").textContent = last.error ? t(last.error) : "";
  element("anywhere-result").hidden = Boolean(last.error);
  if (last.error) return;
  show(element("anywhere-result"), last.url, last.answer === null ? [] : [t("answered", last.answer)], { ...last });
}
