// The live feed, and asking every two seconds where it is not to be had. Nothing is asked while nobody sees the page.

const PollEvery = 2000;
const HiddenFor = 60_000;
// The server tells the last 100 again and again.
const MostKnown = 1000;

export class Feed extends EventTarget {
  #base;
  #list = {};
  #following = null;
  #socket = null;
  #timer = 0;
  #attempt = 0;
  #hiding = 0;
  #known = new Set();
  #process = null;

  /** @param base The inspector's address, with its slash at the end. */
  constructor(base) {
    super();
    this.#base = base;
    document.addEventListener("visibilitychange", () => this.#onVisibility());
  }

  start() {
    // A tab may be opened behind another.
    this.#onVisibility();
    this.#connect();
  }

  /** What is listed: { before, filter, limit, lang }. */
  list(query) {
    if (query.lang !== this.#list.lang) this.#known.clear();
    this.#list = query;
    this.#send({ type: "list", ...query });
    if (!this.#isOpen) this.#poll();
  }

  follow(id) {
    this.#following = id;
    this.#send({ type: "follow", id, process: this.#process });
  }

  unfollow() {
    this.#following = null;
    this.#send({ type: "unfollow" });
  }

  /** Closes connections and ends sessions. Returns { closing, gone, closingSessions, goneSessions }; throws an Error with the server's words. */
  async close(ids, sessions, code, reason) {
    const response = await fetch(new URL(`close?lang=${this.#list.lang}`, this.#base), {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ids, sessions, code, reason, process: this.#process }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text.startsWith("{") ? JSON.parse(text).error : `${response.status} ${text}`);
    return JSON.parse(text);
  }

  get #isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #connect() {
    this.#tell("status", { state: "connecting" });
    const address = new URL("live", this.#base);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = this.#socket = new WebSocket(address);
    socket.onopen = () => {
      this.#attempt = 0;
      clearTimeout(this.#timer);
      this.#tell("status", { state: "live" });
      this.#send({ type: "list", ...this.#list });
      if (this.#following !== null) this.follow(this.#following);
    };
    socket.onmessage = event => this.#receive(JSON.parse(event.data));
    socket.onclose = event => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      if (this.#hiding === -1) return;
      this.#tell("status", { state: "polling", code: event.code });
      this.#pollOn(Math.min(30_000, PollEvery * 2 ** this.#attempt++));
    };
  }

  /** Asks until it is time to connect again. */
  #pollOn(until) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      if (until <= PollEvery) {
        this.#connect();
        return;
      }
      await this.#poll();
      if (!this.#socket && this.#hiding !== -1) this.#pollOn(until - PollEvery);
    }, PollEvery);
  }

  async #poll() {
    const query = new URLSearchParams(Object.entries(this.#list).filter(([, value]) => value != null && value !== ""));
    try {
      for (const what of ["connections", "sessions", "closes"]) {
        const response = await fetch(new URL(`${what}?${query}`, this.#base));
        if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
        this.#receive(await response.json());
      }
    } catch (error) {
      this.#tell("status", { state: "failed", error: error.message });
    }
  }

  #receive(message) {
    if (message.process) this.#isFrom(message.process);
    if (message.type === "closes") {
      message.closes = message.closes.filter(close => !this.#known.has(close.id));
      message.closes.forEach(close => this.#known.add(close.id));
      if (this.#known.size > MostKnown) this.#known = new Set([...this.#known].slice(-MostKnown / 2));
      if (message.closes.length === 0 && !message.missed) return;
    }
    if (message.type === "ended") this.#following = null;
    this.#tell(message.type, message);
  }

  /** After a restart, or behind a balancer, another process answers: the same numbers mean other connections, and nothing of what is shown holds any more. */
  #isFrom(process) {
    const isOther = this.#process !== null && process !== this.#process;
    this.#process = process;
    if (!isOther) return;
    this.#known.clear();
    this.#following = null;
    this.#tell("restart", {});
  }

  #send(command) {
    if (this.#isOpen) this.#socket.send(JSON.stringify(command));
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #onVisibility() {
    if (document.hidden) {
      this.#hiding = setTimeout(() => {
        this.#hiding = -1;
        clearTimeout(this.#timer);
        this.#tell("status", { state: "hidden" });
        this.#socket?.close();
      }, HiddenFor);
      return;
    }
    const was = this.#hiding;
    clearTimeout(was);
    this.#hiding = 0;
    if (was === -1) this.#connect();
  }
}
