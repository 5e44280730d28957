// A client on the WebSocket interface of browsers (WHATWG): undici and Chromium run this same file.
export function whatwg({ host, emit, toBase64, fromBase64 }) {
    const { WebSocket } = host;
    const sockets = [];

    function connect({ url, protocols }) {
        const socket = new WebSocket(url, protocols);
        const number = sockets.push(socket) - 1;
        socket.binaryType = 'arraybuffer';
        socket.onmessage = ({ data }) => emit({ event: 'message', socket: number, ...(typeof data === 'string' ? { text: data } : { data: toBase64(new Uint8Array(data)) }) });
        return new Promise((resolve, reject) => {
            socket.onopen = () => resolve({ socket: number, protocol: socket.protocol });
            socket.onclose = ({ code, reason, wasClean }) => {
                emit({ event: 'close', socket: number, code, reason, clean: wasClean });
                reject(new Error(`closed with ${code} before it opened`));
            };
        });
    }

    return {
        can: () => ({
            server: 'WebSocketServer' in host,
            // What the interface has no member for, it cannot do; send() takes one argument, a whole message.
            fragments: WebSocket.prototype.send.length > 1,
            ping: 'ping' in WebSocket.prototype,
            seesPings: 'onping' in WebSocket.prototype,
            emptyClose: WebSocket.prototype.close.length === 0,
            terminate: 'terminate' in WebSocket.prototype,
            wasClean: true,
        }),
        connect,
        send: ({ socket, kind, pieces: [whole] }) => sockets[socket].send(kind === 'text' ? whole : fromBase64(whole)),
        close: ({ socket, code, reason }) => code ? sockets[socket].close(code, reason) : sockets[socket].close(),
    };
}
