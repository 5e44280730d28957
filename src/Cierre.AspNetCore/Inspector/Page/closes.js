// The last closes, the newest first, each with its explanation.
import { element } from "./dom.js";
import { language, say } from "./words.js";

const Most = 100;

export class ClosesList {
  #list;

  constructor(list) {
    this.#list = list;
  }

  get isEmpty() {
    return this.#list.children.length === 0;
  }

  clear() {
    this.#list.replaceChildren();
  }

  add(closes, missed) {
    if (missed > 0) this.#list.prepend(element("li", {}, say("closesMissed", missed)));
    this.#list.prepend(...closes.map(close => this.#item(close)));
    while (this.#list.children.length > Most) this.#list.lastElementChild.remove();
  }

  #item(close) {
    const at = new Date(close.closedAt);
    const who = [close.id, close.endpoint, close.user, close.remote].filter(part => part != null).join(" \u00b7 ");
    return element("li", { class: close.wasClean ? "clean" : "unclean", "data-id": close.id },
      element("details", {},
        element("summary", {},
          element("strong", {}, `${close.code} ${close.name}`.trim()), ` ${close.reason} `, element("span", { class: "badge" }, say(close.wasClean ? "clean" : "unclean")),
          ` ${who} `, element("time", { datetime: close.closedAt }, at.toLocaleTimeString(language()))),
        element("pre", {}, close.explanation)));
  }
}
