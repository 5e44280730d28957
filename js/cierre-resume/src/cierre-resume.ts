/** A WebSocket that survives the loss of what carries it: the subprotocol cierre.resume.v1, for browsers, workers and Node. */

const NAME = "cierre.resume.v1";

// What a client comes back after. A close frame without a code too, as after 1001.
const COMES_BACK = [1001, 1005, 1006, 1011, 1012, 1013, 1014, 3008];

// The first attempt after a random delay between the two; later ones wait twice as long each, up to the longest.
type Delay = [min: number, max: number];
const FIRST: Delay = [0, 5_000], FIRST_AFTER: Record<number, Delay> = { 1012: [5_000, 30_000], 1013: [60_000, 120_000] };
const LONGEST = 300_000, LONGEST_WHEN_SHEDDING = 3_600_000;

// A lost connection that had held so long says nothing of the server: the attempts are counted anew, and the first is made soon.
const HELD_FOR_A_WHILE = 5_000, SOON: Delay = [0, 250];

// An acknowledgement is due after so many messages or bytes, or so much time.
const ACK_MESSAGES = 32, ACK_BYTES = 16_384, ACK_MS = 200;

// A page that comes back, a network that does, a tab that is shown again: none of them waits for a timer.
const WAKES = ["pageshow", "online", "visibilitychange"];

// One that comes before the end of the connection is known counts for so long.
const WAKE_MS = 1_000;

const encoder = new TextEncoder();

/** As it goes out, with its mark, and the bytes of its payload. */
type Message = [data: string | Blob | Uint8Array<ArrayBuffer>, bytes: number];

interface End { code: number; reason: string; wasClean: boolean }

type Writable<T> = { -readonly [P in keyof T]: T[P] };

export interface ResumableWebSocketOptions {
    /** What opens a connection; default the global WebSocket. The class of npm's ws is one. */
    WebSocket?: new (url: string, protocols: string[]) => object;
    /** How long nothing may come before the server is asked whether it is there, in milliseconds; default 20,000; 0: never. */
    pingInterval?: number;
    /** How long an answer may take, in milliseconds; default 10,000. Then the connection is given up, and the next one is opened. */
    pingTimeout?: number;
}

/** The detail of `reconnecting`: a connection is lost, and the next one is tried. */
export interface Reconnecting { code: number; attempt: number; delayMs: number }

/** The detail of `resumed`: the session goes on over a new connection. */
export interface Resumed { pauseMs: number; repeatedToServer: number; repeatedByServer: number; node: string }

/** The detail of `lost`: the session cannot go on, because of expired, node-lost, rolled-back, buffer-full or unknown. */
export interface Lost { reason: string }

/** The detail of `gap`: messages of a topic are missing, from and to inclusive; null where the topic is another log. */
export interface Gap { name: string; from: number | null; to: number | null; reason: string }

export interface ResumableWebSocketEventMap {
    open: Event;
    /** A message of a topic has the topic's name in `topic`. */
    message: MessageEvent & { readonly topic?: string };
    error: Event;
    close: CloseEvent;
    reconnecting: CustomEvent<Reconnecting>;
    resumed: CustomEvent<Resumed>;
    lost: CustomEvent<Lost>;
    gap: CustomEvent<Gap>;
}

export interface ResumableWebSocket {
    addEventListener<K extends keyof ResumableWebSocketEventMap>(
        type: K, listener: (this: ResumableWebSocket, event: ResumableWebSocketEventMap[K]) => unknown, options?: boolean | AddEventListenerOptions): void;
    addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
    removeEventListener<K extends keyof ResumableWebSocketEventMap>(
        type: K, listener: (this: ResumableWebSocket, event: ResumableWebSocketEventMap[K]) => unknown, options?: boolean | EventListenerOptions): void;
    removeEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | EventListenerOptions): void;
}

/** As `WebSocket`, with the members and events of one, and open until its session ends. To a server without resume it is a plain one. */
export class ResumableWebSocket extends EventTarget {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSING = 2;
    static readonly CLOSED = 3;
    readonly CONNECTING = 0;
    readonly OPEN = 1;
    readonly CLOSING = 2;
    readonly CLOSED = 3;

    readonly url: string = "";
    /** The subprotocol of the application. */
    readonly protocol: string = "";
    readonly extensions: string = "";
    /** OPEN while the session has no connection, too. */
    readonly readyState: number = 0;
    /** The session's name in the server's log; it opens nothing. Empty before the session begins, and where the server has none. */
    readonly session: string = "";
    binaryType: BinaryType = "blob";
    onopen: ((event: Event) => unknown) | null = null;
    onmessage: ((event: MessageEvent) => unknown) | null = null;
    onerror: ((event: Event) => unknown) | null = null;
    onclose: ((event: CloseEvent) => unknown) | null = null;

    /** Bytes that were given to send and are not known to have arrived. */
    declare readonly bufferedAmount: number;
    /** Sends now, or over the next connection, in order. */
    declare readonly send: (data: string | Blob | ArrayBufferLike | ArrayBufferView) => void;
    /** Ends the session, behind what was sent before. While there is no connection, the server is not told: it lets the session expire. */
    declare readonly close: (code?: number, reason?: string) => void;

    constructor(
        url: string | URL, protocols: string | string[] = [],
        { WebSocket: Socket = WebSocket, pingInterval = 20_000, pingTimeout = 10_000 }: ResumableWebSocketOptions = {},
    ) {
        super();
        const self = this as Writable<this>;
        const own = ([] as string[]).concat(protocols);
        let socket: WebSocket | undefined;
        // Of a server without resume.
        let plain: WebSocket | undefined;

        // Both sides count the messages of the application, from the beginning of the session.
        let sent = 0, acked = 0, got = 0, told = 0, untoldBytes = 0;
        // What was sent and is not acknowledged, and what waits for room.
        let tail: Message[] = [], waiting: Message[] = [];
        let tailBytes = 0, buffered = 0;

        let token = "", windowMs: number, maxMessages: number, maxBytes: number;
        // By their numbers on this connection: name and epoch.
        const topics = new Map<number, [name: string, epoch: string]>();
        // A topic may be called __proto__.
        const cursors: Record<string, string> = Object.create(null);

        // The connection carries the session.
        let attached = false;
        let attempt = 0, openedAt = 0, lostAt = 0, wokenAt = 0;
        // How the last connection ended that carried the session.
        let last: End, lastOpenMs: number;
        let ended: { code: number; reason: string } | undefined;
        let retry: Delay | undefined;
        let leave: (() => void) | undefined;
        let ackTimer: ReturnType<typeof setTimeout> | undefined;
        let connectTimer: ReturnType<typeof setTimeout> | undefined;
        let pingTimer: ReturnType<typeof setTimeout> | undefined;

        Object.defineProperty(self, "bufferedAmount", { get: () => plain ? plain.bufferedAmount : buffered });

        self.send = data => {
            if (!self.readyState) throw new DOMException("Not open yet.", "InvalidStateError");
            if (plain) return plain.send(data as string);
            let message: Message;
            if (data instanceof Blob) {
                message = [new Blob(["=", data]), data.size];
            } else if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
                const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
                const copy = new Uint8Array(bytes.length + 1);
                copy[0] = 61;
                copy.set(bytes, 1);
                message = [copy, bytes.length];
            } else {
                message = [`=${data}`, utf8(`${data}`)];
            }
            buffered += message[1];
            if (self.readyState > 1) return;
            waiting.push(message);
            sendWaiting();
        };

        self.close = (code, reason) => {
            if (code !== undefined && code !== 1000 && !(code >= 3000 && code < 5000)) throw new DOMException("Neither 1000 nor 3000-4999.", "InvalidAccessError");
            if (utf8(reason ?? "") > 123) throw new DOMException("A reason has at most 123 bytes.", "SyntaxError");
            if (self.readyState > 1) return;
            self.readyState = 2;
            leave = () => socket!.close(code, reason);
            if (socket) sendWaiting();
            else end(last);
        };

        function connect(): void {
            clearTimeout(connectTimer);
            connectTimer = undefined;
            const made = socket = new Socket(self.url, [...own.map(name => `${NAME}+${name}`), NAME, ...own]) as WebSocket;
            // One that was given up says nothing any more.
            const mine = <E>(handle: (event: E) => void) => (event: E) => {
                if (made === socket) handle(event);
            };
            made.binaryType = "arraybuffer";
            made.onopen = mine(opened);
            made.onmessage = mine(came);
            made.onclose = mine(closed);
            made.onerror = mine(() => {
                // Node 22 tells no close of a connection that could not be opened.
                if (made.readyState) failed();
                else giveUp();
            });
            if (token) expectAnswer();
        }

        /** What happens to a session is told by other events. */
        function failed(): void {
            if (!token) emit(new Event("error"));
        }

        function opened(): void {
            openedAt = Date.now();
            const { protocol, extensions } = socket!;
            const resumes = protocol.startsWith(NAME);
            if (token) {
                // Another server, which does not know the session and cannot say so.
                if (!resumes) return lose("unknown");
                return control({
                    resume: token, got, acked, sent, topics: Object.keys(cursors)[0] && cursors, last: { code: last.code, cause: "", openMs: lastOpenMs },
                });
            }
            self.extensions = extensions;
            self.protocol = resumes ? protocol.slice(NAME.length + 1) : protocol;
            if (resumes) {
                control({ hello: 1 });
                expectAnswer();
            } else {
                plain = socket;
                open();
            }
        }

        function open(): void {
            self.readyState = 1;
            emit(new Event("open"));
        }

        function came({ data }: { data: string | ArrayBuffer }): void {
            if (plain) return message(data, 0);
            // Some go on to say what comes when they close.
            if (socket!.readyState > 1) return;
            if (attached) listen();
            try {
                take(data);
            } catch (e) {
                // The server broke a rule: there is nothing to come back to.
                self.readyState = 2;
                socket!.close(4002, typeof e === "string" ? e : "malformed message");
            }
        }

        /** Throws what is wrong with the message; what a listener throws, the event target keeps. */
        function take(data: string | ArrayBuffer): void {
            const isText = typeof data === "string";
            const mark = isText ? data[0] : String.fromCharCode(new Uint8Array(data)[0]!);
            if (mark === "!") return controlled(JSON.parse((data as string).slice(1)));
            if (!attached) throw "message before the answer";
            if (mark === "=") {
                got++;
                untoldBytes += isText ? utf8(data) - 1 : data.byteLength - 1;
                message(data, 1);
                // Its listeners have run: it is taken.
                if (got - told >= Math.min(ACK_MESSAGES, Math.max(1, maxMessages >> 1)) || untoldBytes >= Math.min(ACK_BYTES, maxBytes >> 1)) acknowledge();
                else acknowledgeSoon();
            } else if (mark === "#") {
                topicMessage(data);
            } else if (mark === "+") {
                acknowledged(/^.\d+$/.test(data as string) ? +(data as string) : -1);
            } else if (mark === "?" && isText) {
                acknowledge();
            } else {
                throw "unknown mark";
            }
        }

        function message(data: string | ArrayBuffer, from: number, topic?: string): void {
            if (self.readyState > 1) return;
            const payload = data.slice(from);
            emit(Object.assign(new MessageEvent("message", {
                data: typeof payload !== "string" && self.binaryType === "blob" ? new Blob([payload]) : payload,
                origin: new URL(self.url).origin,
            }), { topic }));
        }

        function topicMessage(data: string | ArrayBuffer): void {
            let id: number, offset: number, tag: string, from: number;
            if (typeof data === "string") {
                const head = /^#(\d+)\.(\d+)\.([\da-f]{4}) /.exec(data)!;
                [id, offset, tag, from] = [+head[1]!, +head[2]!, head[3]!, head[0].length];
            } else {
                const bytes = new Uint8Array(data);
                const hex = () => bytes[from++]!.toString(16).padStart(2, "0");
                const varint = () => {
                    let value = 0, scale = 1, byte: number;
                    do {
                        byte = bytes[from++]!;
                        value += (byte & 127) * scale;
                        scale *= 128;
                    } while (byte > 127);
                    return value;
                };
                from = 1;
                id = varint();
                offset = varint();
                tag = hex() + hex();
            }
            const [name, epoch] = topics.get(id)!;
            cursors[name] = `${epoch}.${offset}.${tag}`;
            message(data, from, name);
        }

        function controlled(control: Record<string, any>): void {
            const { session, resumed, lost, topic, gap } = control;
            if (session && !token) {
                ({ token, windowMs, limit: { messages: maxMessages, bytes: maxBytes } } = control as any);
                self.session = session;
                attach();
                open();
                sendWaiting();
            } else if (attached) {
                if (topic) {
                    const { id, name, at } = topic;
                    topics.set(id, [name, at.split(".")[0]]);
                    cursors[name] = at;
                } else if (gap) {
                    cursors[gap.name] = gap.at;
                    tell("gap", gap satisfies Gap);
                } else if (control.retry) {
                    retry = control.retry.afterMs;
                } else {
                    throw "unknown control";
                }
            } else if (token && resumed) {
                goOn(resumed);
            } else if (token && lost) {
                lose(lost.reason);
            } else if (token && control.ended) {
                // The close frame with the same code follows.
                ended = control.ended;
            } else {
                throw "control out of place";
            }
        }

        function attach(): void {
            attached = true;
            listen();
        }

        function goOn(resumed: { got: number; replay: number; node: string; token: string }): void {
            if (!(resumed.got >= acked && resumed.got <= sent)) throw "untrue answer";
            token = resumed.token;
            attach();
            const rest = tail.slice(resumed.got - acked);
            for (const [data] of rest) socket!.send(data);
            // The last acknowledgement may be lost with the last connection.
            if (got) acknowledgeSoon();
            tell("resumed", {
                pauseMs: Date.now() - lostAt, repeatedToServer: rest.length, repeatedByServer: resumed.replay, node: resumed.node,
            } satisfies Resumed);
            sendWaiting();
        }

        function acknowledgeSoon(): void {
            ackTimer ??= setTimeout(acknowledge, ACK_MS);
        }

        function acknowledge(): void {
            clearTimeout(ackTimer);
            ackTimer = undefined;
            told = got;
            untoldBytes = 0;
            socket!.send(`+${got}`);
        }

        function acknowledged(count: number): void {
            if (!(count >= acked && count <= sent)) throw "untrue acknowledgement";
            for (const [, bytes] of tail.splice(0, count - acked)) {
                tailBytes -= bytes;
                buffered -= bytes;
            }
            acked = count;
            sendWaiting();
        }

        /** What there is room for goes out, or into the tail of a session that is away; behind all of it goes the close. */
        function sendWaiting(): void {
            for (let next; (next = waiting[0]);) {
                const [data, bytes] = next;
                // A message that is larger than the window goes alone.
                if (tail[0] && (tail.length >= maxMessages || tailBytes + bytes > maxBytes)) return;
                waiting.shift();
                tail.push(next);
                tailBytes += bytes;
                sent++;
                if (attached) socket!.send(data);
            }
            // What was sent while it was away goes out with the answer.
            if (attached || !token) leave?.();
        }

        function control(control: object): void {
            socket!.send(`!${JSON.stringify(control)}`);
        }

        function closed({ code, reason, wasClean }: End): void {
            const now = Date.now();
            const close = { code, reason, wasClean };
            const openMs = openedAt && now - openedAt;
            const carried = attached;
            drop();
            if (ended) return end({ ...ended, wasClean: wasClean && code === ended.code });
            if (!token || self.readyState > 1 || !COMES_BACK.includes(code)) return end(close);
            if (carried) {
                last = close;
                lastOpenMs = openMs;
                lostAt = now;
            }
            if (openMs >= HELD_FOR_A_WHILE) attempt = 0;
            attempt++;
            const [min, max] = retry ?? (openMs >= HELD_FOR_A_WHILE ? SOON : FIRST_AFTER[code] ?? FIRST);
            const longest = Math.min(max * 2 ** (attempt - 1), code === 1013 ? LONGEST_WHEN_SHEDDING : LONGEST);
            const random = Math.random();
            const left = lostAt + windowMs - now;
            if (left <= 0) return lose("expired");
            const delayMs = Math.min(left,
                now - wokenAt < WAKE_MS ? 0 : attempt < 2 || retry ? min + random * (max - min) : longest * (1 + random) / 2);
            // It may fail at once, again and again.
            wokenAt = 0;
            retry = undefined;
            connectTimer = setTimeout(() => Date.now() - lostAt < windowMs ? connect() : lose("expired"), delayMs);
            tell("reconnecting", { code, attempt, delayMs } satisfies Reconnecting);
        }

        function wake({ type, persisted }: Event & { persisted?: boolean }): void {
            if (persisted === false || (type === WAKES[2] && document.hidden)) return;
            if (connectTimer) return connect();
            // The connection may be dead without anybody having heard of it.
            wokenAt = Date.now();
            ask();
        }

        function listen(): void {
            clearTimeout(pingTimer);
            if (pingInterval) pingTimer = setTimeout(ask, pingInterval);
        }

        function ask(): void {
            if (!attached) return;
            socket!.send("?");
            expectAnswer();
        }

        function expectAnswer(): void {
            clearTimeout(pingTimer);
            pingTimer = setTimeout(giveUp, pingTimeout);
        }

        function giveUp(): void {
            const given = socket!;
            failed();
            closed({ code: 1006, reason: "", wasClean: false });
            // Last, because some tell of it at once.
            given.close();
        }

        /** The session cannot go on. */
        function lose(reason: string): void {
            self.readyState = 2;
            tell("lost", { reason } satisfies Lost);
            socket?.close(1000);
            end(last);
        }

        /** Nothing of the connection counts any more. */
        function drop(): void {
            clearTimeout(ackTimer);
            clearTimeout(pingTimer);
            socket = ackTimer = undefined;
            attached = false;
            openedAt = 0;
            topics.clear();
        }

        function end(close: End): void {
            if (self.readyState > 2) return;
            drop();
            clearTimeout(connectTimer);
            tail = waiting = [];
            for (const type of WAKES) globalThis.removeEventListener?.(type, wake);
            self.readyState = 3;
            emit(globalThis.CloseEvent ? new CloseEvent("close", close) : Object.assign(new Event("close"), close));
        }

        function tell(type: string, detail: object): void {
            emit(new CustomEvent(type, { detail }));
        }

        function emit(event: Event): void {
            self.dispatchEvent(event);
        }

        for (const type of ["open", "message", "error", "close"]) {
            self.addEventListener(type, event => (self as unknown as Record<string, ((event: Event) => unknown) | null>)[`on${type}`]?.(event));
        }

        let absolute: URL;
        try {
            absolute = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href);
        } catch {
            throw new DOMException("No URL.", "SyntaxError");
        }
        absolute.protocol = absolute.protocol.replace("http", "ws");
        self.url = absolute.href;
        connect();
        for (const type of WAKES) globalThis.addEventListener?.(type, wake);
    }
}

function utf8(text: string): number {
    return encoder.encode(text).length;
}
