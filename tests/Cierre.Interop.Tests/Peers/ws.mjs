// npm's `ws`, as a client and as a server.
import { WebSocket, WebSocketServer } from 'ws';
import { emit, listen } from './lines.mjs';

const sockets = [];

function keep(socket) {
    const number = sockets.push(socket) - 1;
    socket.on('message', (data, binary) => emit({ event: 'message', socket: number, ...(binary ? { data: data.toString('base64') } : { text: data.toString() }) }));
    socket.on('ping', () => emit({ event: 'ping', socket: number }));
    socket.on('error', error => console.error(`socket ${number}: ${error}`));
    socket.addEventListener('close', ({ code, reason, wasClean }) => emit({ event: 'close', socket: number, code, reason, clean: wasClean }));
    return number;
}

function connect({ url, protocols, deflate }) {
    const socket = new WebSocket(url, protocols, deflate && { perMessageDeflate: { ...deflate, threshold: 0 } });
    const number = keep(socket);
    return new Promise((resolve, reject) => socket.on('open', () => resolve({ socket: number, protocol: socket.protocol })).on('error', reject));
}

function send({ socket, kind, pieces }) {
    const binary = kind === 'binary';
    pieces.forEach((piece, i) => sockets[socket].send(binary ? Buffer.from(piece, 'base64') : piece, { binary, fin: i === pieces.length - 1 }));
}

function ping({ socket }) {
    const begun = performance.now();
    return new Promise(resolve => {
        sockets[socket].once('pong', () => resolve({ ms: performance.now() - begun }));
        sockets[socket].ping();
    });
}

function serve({ deflate }) {
    const server = new WebSocketServer({
        host: '127.0.0.1', port: 0, handleProtocols: asked => asked.has('chat.v1') && 'chat.v1', perMessageDeflate: deflate ? { ...deflate, threshold: 0 } : false,
    });
    server.on('connection', socket => emit({ event: 'accepted', socket: keep(socket), protocol: socket.protocol }));
    return new Promise(resolve => server.on('listening', () => resolve({ port: server.address().port })));
}

emit({ event: 'ready', ...await serve({}) });

listen({
    can: () => ({
        server: true,
        fragments: true,
        ping: 'ping' in WebSocket.prototype,
        seesPings: true,
        emptyClose: true,
        terminate: 'terminate' in WebSocket.prototype,
        wasClean: true,
    }),
    connect,
    serve,
    send,
    ping,
    close: ({ socket, code, reason }) => code ? sockets[socket].close(code, reason) : sockets[socket].close(),
    terminate: ({ socket }) => sockets[socket].terminate(),
});
