// The frames of one connection as they pass, the newest last; as many as a page can hold.
import { cell, element, setHead } from "./dom.js";
import { number, say } from "./words.js";

const Most = 500;

export class FramesTable {
  #table;

  constructor(table) {
    this.#table = table;
  }

  translate() {
    setHead(this.#table, ["time", "direction", "what", "words", "payload"].map(key => say(key)));
  }

  clear() {
    this.#table.tBodies[0].replaceChildren();
  }

  add(frames) {
    const body = this.#table.tBodies[0];
    body.append(...frames.map(frame => this.#row(frame)));
    while (body.rows.length > Most) body.rows[0].remove();
  }

  #row(frame) {
    const isFrame = frame.kind === "frame";
    const direction = isFrame ? `${frame.received ? "\u2193" : "\u2191"} ${say(frame.received ? "in" : "out")}` : "";
    const what = isFrame ? frame.opcode : say(frame.kind === "violation" ? "rule" : "stream");
    return element("tr", { role: "row", class: isFrame ? frame.received ? "in" : "out" : frame.kind },
      cell(say("time"), `${number(frame.time)} ms`), cell(say("direction"), direction), cell(say("what"), what), cell(say("words"), frame.words), cell(say("payload"), frame.payload));
  }
}
