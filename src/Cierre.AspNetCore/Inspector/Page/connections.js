// The table of open connections: rows are kept by number, so that what is selected or focused stays so while figures change.
import { cell, element, setHead, setText } from "./dom.js";
import { bytes, number, say, seconds } from "./words.js";

const Columns = ["endpoint", "user", "remote", "age", "idle", "received", "sent", "queued", "roundTrip", "frames"];

export class ConnectionsTable extends EventTarget {
  #table;
  #rows = new Map();
  #selected = new Set();
  #all;

  constructor(table) {
    super();
    this.#table = table;
  }

  get selected() {
    return [...this.#selected];
  }

  /** After the language changed: everything is made anew, and what was selected stays so. */
  translate() {
    this.#all = element("input", { type: "checkbox", "aria-label": say("selectAll"), onchange: () => this.#selectAll(this.#all.checked) });
    setHead(this.#table, [this.#all, say("id"), ...Columns.map(key => say(key))]);
    this.#empty();
  }

  /** The numbers mean other connections now. */
  clear() {
    this.#selected.clear();
    this.#empty();
    this.#changed();
  }

  show(connections) {
    const body = this.#table.tBodies[0];
    const shown = new Set(connections.map(connection => connection.id));
    for (const [id, row] of this.#rows) {
      if (shown.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
      this.#selected.delete(id);
    }
    connections.forEach((connection, index) => {
      if (!this.#rows.has(connection.id)) this.#rows.set(connection.id, this.#make(connection));
      const row = this.#rows.get(connection.id);
      this.#fill(row, connection);
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

  #make({ id }) {
    const box = element("input", { type: "checkbox", "aria-label": say("selectOne", id), onchange: () => this.#select(id, box.checked) });
    box.checked = this.#selected.has(id);
    const follow = element("button", { type: "button", class: "link", "aria-label": say("follow", id), onclick: () => this.dispatchEvent(new CustomEvent("follow", { detail: id })) }, `${id}`);
    const cells = Object.fromEntries(Columns.map(key => [key, cell(say(key))]));
    const made = element("tr", { role: "row", "data-id": id }, cell(say("select"), box), cell(say("id"), follow), ...Object.values(cells));
    return { element: made, box, cells };
  }

  #fill({ element: row, cells }, connection) {
    row.classList.toggle("closing", !connection.isOpen);
    // Who renews his credentials may come back under another name.
    for (const key of ["endpoint", "user", "remote"]) setText(cells[key], connection[key] ?? "");
    setText(cells.age, connection.isOpen ? seconds(connection.age) : `${seconds(connection.age)}, ${say("closingNow")}`);
    setText(cells.idle, seconds(connection.idle));
    setText(cells.received, say("messages", number(connection.messagesReceived), bytes(connection.bytesReceived)));
    setText(cells.sent, say("messages", number(connection.messagesSent), bytes(connection.bytesSent)));
    setText(cells.queued, [connection.queued && bytes(connection.queued), connection.dropped && say("dropped", number(connection.dropped))].filter(part => part).join(", "));
    setText(cells.roundTrip, connection.roundTrip == null ? "" : `${number(connection.roundTrip)} ms`);
    setText(cells.frames, (connection.frames ?? []).map(frame => `${frame.received ? "\u2193" : "\u2191"} ${frame.words}`).join(" \u00b7 "));
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
