/** A WebSocket that survives the loss of what carries it: the subprotocol cierre.resume.v1, for browsers, workers and Node. */
export interface ResumableWebSocketOptions {
    /** What opens a connection; default the global WebSocket. The class of npm's ws is one. */
    WebSocket?: new (url: string, protocols: string[]) => object;
    /** How long nothing may come before the server is asked whether it is there, in milliseconds; default 20,000; 0: never. */
    pingInterval?: number;
    /** How long an answer may take, in milliseconds; default 10,000. Then the connection is given up, and the next one is opened. */
    pingTimeout?: number;
}
/** The detail of `reconnecting`: a connection is lost, and the next one is tried. */
export interface Reconnecting {
    code: number;
    attempt: number;
    delayMs: number;
}
/** The detail of `resumed`: the session goes on over a new connection. */
export interface Resumed {
    pauseMs: number;
    repeatedToServer: number;
    repeatedByServer: number;
    node: string;
}
/** The detail of `lost`: the session cannot go on, because of expired, node-lost, rolled-back, buffer-full or unknown. */
export interface Lost {
    reason: string;
}
/** The detail of `gap`: messages of a topic are missing, from and to inclusive; null where the topic is another log. */
export interface Gap {
    name: string;
    from: number | null;
    to: number | null;
    reason: string;
}
export interface ResumableWebSocketEventMap {
    open: Event;
    /** A message of a topic has the topic's name in `topic`. */
    message: MessageEvent & {
        readonly topic?: string;
    };
    error: Event;
    close: CloseEvent;
    reconnecting: CustomEvent<Reconnecting>;
    resumed: CustomEvent<Resumed>;
    lost: CustomEvent<Lost>;
    gap: CustomEvent<Gap>;
}
export interface ResumableWebSocket {
    addEventListener<K extends keyof ResumableWebSocketEventMap>(type: K, listener: (this: ResumableWebSocket, event: ResumableWebSocketEventMap[K]) => unknown, options?: boolean | AddEventListenerOptions): void;
    addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
    removeEventListener<K extends keyof ResumableWebSocketEventMap>(type: K, listener: (this: ResumableWebSocket, event: ResumableWebSocketEventMap[K]) => unknown, options?: boolean | EventListenerOptions): void;
    removeEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | EventListenerOptions): void;
}
/** As `WebSocket`, with the members and events of one, and open until its session ends. To a server without resume it is a plain one. */
export declare class ResumableWebSocket extends EventTarget {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSING = 2;
    static readonly CLOSED = 3;
    readonly CONNECTING = 0;
    readonly OPEN = 1;
    readonly CLOSING = 2;
    readonly CLOSED = 3;
    readonly url: string;
    /** The subprotocol of the application. */
    readonly protocol: string;
    readonly extensions: string;
    /** OPEN while the session has no connection, too. */
    readonly readyState: number;
    /** The session's name in the server's log; it opens nothing. Empty before the session begins, and where the server has none. */
    readonly session: string;
    binaryType: BinaryType;
    onopen: ((event: Event) => unknown) | null;
    onmessage: ((event: MessageEvent) => unknown) | null;
    onerror: ((event: Event) => unknown) | null;
    onclose: ((event: CloseEvent) => unknown) | null;
    /** Bytes that were given to send and are not known to have arrived. */
    readonly bufferedAmount: number;
    /** Sends now, or over the next connection, in order. */
    readonly send: (data: string | Blob | ArrayBufferLike | ArrayBufferView) => void;
    /** Ends the session, behind what was sent before. While there is no connection, the server is not told: it lets the session expire. */
    readonly close: (code?: number, reason?: string) => void;
    constructor(url: string | URL, protocols?: string | string[], { WebSocket: Socket, pingInterval, pingTimeout }?: ResumableWebSocketOptions);
}
