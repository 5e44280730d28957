// A table whose rows are kept by what names them, so that what is selected or focused stays so while figures change.
import { cell, element, setHead } from "./dom.js";
import { say } from "./words.js";

export class RowsTable extends EventTarget {
  #table;
  #columns;
  #rows = new Map();
  #selected = new Set();
  #all;

  /** @param columns Keys of words; each row has a cell of that name. */
  constructor(table, columns) {
    super();
    this.#table = table;
    this.#columns = columns;
  }

  get selected() {
    return [...this.#selected];
  }

  /** After the language changed: everything is made anew, and what was selected stays so. */
  translate() {
    this.#all = element("input", { type: "checkbox", "aria-label": say("selectAll"), onchange: () => this.#selectAll(this.#all.checked) });
    setHead(this.#table, [this.#all, say(this.idWord), ...this.#columns.map(key => say(key))]);
    this.#empty();
  }

  /** The names mean others now. */
  clear() {
    this.#selected.clear();
    this.#empty();
    this.#changed();
  }

  show(items) {
    const body = this.#table.tBodies[0];
    const shown = new Set(items.map(item => item.id));
    for (const [id, row] of this.#rows) {
      if (shown.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
      this.#selected.delete(id);
    }
    items.forEach((item, index) => {
      if (!this.#rows.has(item.id)) this.#rows.set(item.id, this.#make(item.id));
      const row = this.#rows.get(item.id);
      row.element.classList.toggle("closing", !item.isOpen);
      this.fill(row.cells, item);
      if (body.rows[index] !== row.element) body.insertBefore(row.element, body.rows[index] ?? null);
    });
    this.#changed();
  }

  forgetSelection() {
    this.#selectAll(false);
  }

  #empty() {
    this.#rows.clear();
    this.#table.tBodies[0].replaceChildren();
  }

  #make(id) {
    const box = element("input", { type: "checkbox", "aria-label": say(this.selectWord, id), onchange: () => this.#select(id, box.checked) });
    box.checked = this.#selected.has(id);
    const cells = Object.fromEntries(this.#columns.map(key => [key, cell(say(key))]));
    const made = element("tr", { role: "row", "data-id": id }, cell(say("select"), box), cell(say(this.idWord), this.name(id)), ...Object.values(cells));
    return { element: made, box, cells };
  }

  #select(id, isSelected) {
    if (isSelected) this.#selected.add(id);
    else this.#selected.delete(id);
    this.#changed();
  }

  #selectAll(isSelected) {
    for (const [id, { box }] of this.#rows) {
      box.checked = isSelected;
      if (isSelected) this.#selected.add(id);
    }
    if (!isSelected) this.#selected.clear();
    this.#changed();
  }

  #changed() {
    this.#all.checked = this.#rows.size > 0 && this.#selected.size === this.#rows.size;
    this.#all.indeterminate = this.#selected.size > 0 && !this.#all.checked;
    this.dispatchEvent(new CustomEvent("selection", { detail: this.#selected.size }));
  }
}
