// Elements are made of names and texts only: what a peer wrote is never markup.

export const find = id => document.getElementById(id);

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.map(child => child ?? ""));
  return made;
}

/** Writes only what changed, so that a selection or a screen reader is not disturbed. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** The head of a table: one cell a column, and its name for narrow screens, where the cells are a list. */
export function setHead(table, names) {
  table.tHead.rows[0].replaceChildren(...names.map(name => element("th", { scope: "col", role: "columnheader" }, name)));
}

/** With its role: a table that is laid out as a list of cards stays a table to who does not see it. */
export function cell(label, ...children) {
  return element("td", { role: "cell", "data-label": label }, ...children);
}
