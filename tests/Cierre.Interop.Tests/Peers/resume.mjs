// The client of js/cierre-resume over npm's `ws` or `undici`, whose WebSocket Node 22 has built in, in a conversation that is cut.
import { WebSocket as Undici } from 'undici';
import { WebSocket as Ws } from 'ws';
import { ResumableWebSocket } from '../../../js/cierre-resume/dist/cierre-resume.js';
import { emit, listen } from './lines.mjs';

// The delays that are random are the shortest.
Math.random = () => 0;

const MESSAGES = 30;

/** Sends numbers, and waits for the echo of every other one; answers with all that came, to the end. */
function attempt(WebSocket, url, name) {
    const socket = new ResumableWebSocket(url, [], { WebSocket, pingInterval: 200, pingTimeout: 2_000 });
    const messages = [], told = [];
    socket.binaryType = 'arraybuffer';
    for (const type of ['reconnecting', 'resumed', 'lost']) socket.addEventListener(type, () => told.push(type));
    // A cut in silence before the session: nobody says so, as with any WebSocket.
    const late = setTimeout(() => socket.readyState === 0 && socket.close(), 2_000);
    let sent = 0;
    const send = () => {
        // Text and bytes in turn.
        const data = `${name}:${++sent}`;
        socket.send(sent % 2 ? data : new TextEncoder().encode(data));
    };
    socket.onopen = () => {
        clearTimeout(late);
        send();
    };
    socket.onmessage = ({ data }) => {
        messages.push(typeof data === 'string' ? data : `bytes ${new TextDecoder().decode(data)}`);
        if (messages.length % 2 && sent < MESSAGES) {
            send();
            if (sent < MESSAGES) send();
        }
        if (messages.length === MESSAGES) socket.close(4000, 'done');
    };
    return new Promise(resolve => socket.onclose = ({ code, reason }) => {
        clearTimeout(late);
        resolve({ messages, told, code, reason, begun: sent > 0 });
    });
}

async function converse({ over, url, name }) {
    const WebSocket = { ws: Ws, undici: Undici }[over];
    const first = await attempt(WebSocket, url, name);
    // Cut before there was a session: the application connects again, as without one.
    return first.begun ? first : attempt(WebSocket, url, name);
}

listen({ converse });
emit({ event: 'ready' });
