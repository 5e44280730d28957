// A WebSocket that a test plays the server of, and a clock that it turns.
import { mock } from "node:test";
import { ResumableWebSocket } from "../dist/cierre-resume.js";

export const DAY = 86_400_000;

/** The delays that are random are the shortest. */
export function startClock() {
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: 20_000 * DAY });
    mock.method(Math, "random", () => 0);
}

export function stopClock() {
    mock.timers.reset();
    mock.restoreAll();
}

/** In steps, because a timer that is set by another one is set at the end of the step. */
export function tick(ms) {
    do mock.timers.tick(Math.min(ms, 250));
    while ((ms -= 250) > 0);
}

export const text = message => typeof message === "string" ? message : `hex:${Buffer.from(message).toString("hex")}`;

export class FakeSocket {
    static all = [];
    static get last() {
        return FakeSocket.all.at(-1);
    }

    readyState = 0;
    protocol = "";
    extensions = "";
    binaryType = "blob";
    bufferedAmount = 0;
    written = [];
    closes = [];

    constructor(url, protocols) {
        if (!/^wss?:[^#]*$/.test(url)) throw new DOMException(url, "SyntaxError");
        Object.assign(this, { url, protocols });
        FakeSocket.all.push(this);
    }

    send(data) {
        if (this.readyState === 0) throw new DOMException("Not open yet.", "InvalidStateError");
        if (this.readyState > 1) return;
        this.written.push(data instanceof Uint8Array ? text(data) : data);
    }

    close(code, reason) {
        if (this.readyState > 1) return;
        this.closes.push([code, reason]);
        this.isFailed = this.readyState === 0;
        this.readyState = 2;
    }

    // ---- what the server and the network do ----

    open(protocol = "cierre.resume.v1") {
        Object.assign(this, { readyState: 1, protocol });
        this.onopen(new Event("open"));
    }

    say(data) {
        this.onmessage(new MessageEvent("message", { data: typeof data === "string" ? data : Uint8Array.from(data).buffer }));
    }

    end(code = 1006, reason = "", wasClean = code !== 1006) {
        this.readyState = 3;
        if (!wasClean) this.onerror(new Event("error"));
        this.onclose(Object.assign(new Event("close"), { code, reason, wasClean }));
    }
}

/** A client, and all that it tells, in words. */
export function connect(options = {}, protocols, url = "ws://host/r") {
    const socket = new ResumableWebSocket(url, protocols, { WebSocket: FakeSocket, ...options });
    const heard = [];
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => heard.push("open"));
    socket.addEventListener("message", ({ data, topic }) => heard.push(`${topic === undefined ? "" : `${topic}: `}${data instanceof Blob ? "blob" : text(data)}`));
    socket.addEventListener("error", () => heard.push("error"));
    socket.addEventListener("close", ({ code, reason, wasClean }) => heard.push(`close ${code} ${reason || "-"} ${wasClean}`));
    for (const type of ["reconnecting", "resumed", "lost", "gap"]) socket.addEventListener(type, ({ detail }) => heard.push(`${type} ${JSON.stringify(detail)}`));
    return { socket, heard, take: () => heard.splice(0) };
}

export const session = (limit = { messages: 1024, bytes: 262_144 }, windowMs = 120_000) =>
    `!${JSON.stringify({ session: "5f3c", node: "a", token: "t1", windowMs, level: "node", limit })}`;

export const resumed = (got, replay = 0, token = "t2") => `!${JSON.stringify({ resumed: { got, replay, node: "a", token } })}`;

/** A session that has begun; nothing of its beginning is left in what was heard and written. */
export function begin(options, limit, protocols) {
    const client = connect(options, protocols);
    FakeSocket.last.open();
    FakeSocket.last.say(session(limit));
    client.take();
    FakeSocket.last.written.length = 0;
    return client;
}

/** Its connection is lost, and the next one has asked to go on. */
export function comeBack() {
    FakeSocket.last.end();
    tick(0);
    FakeSocket.last.open();
    return FakeSocket.last;
}
