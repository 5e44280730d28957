// An echo on Bun, whose server is uWebSockets.
const server = Bun.serve({
    hostname: "127.0.0.1",
    port: Number(process.argv[2] ?? 0),
    fetch: (request, server) => (server.upgrade(request) ? undefined : new Response("a WebSocket is wanted", { status: 426 })),
    websocket: { perMessageDeflate: false, message: (socket, message) => void socket.send(message) },
});
console.log(`http://127.0.0.1:${server.port}`);
