"""Python's websockets, as a client and as a server. Commands come as JSON lines on stdin, answers and events go to stdout; ends with its stdin."""

import asyncio
import base64
import inspect
import json
import sys
import time

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, ServerPerMessageDeflateFactory

sockets = []


def emit(**fields):
    print(json.dumps(fields), flush=True)


async def read(number):
    """Reports what comes until the end, which the library tells by the frames that it received and sent."""
    try:
        while True:
            message = await sockets[number].recv()
            if isinstance(message, str):
                emit(event="message", socket=number, text=message)
            else:
                emit(event="message", socket=number, data=base64.b64encode(message).decode())
    except websockets.ConnectionClosed as end:
        clean = end.rcvd is not None and end.sent is not None
        emit(event="close", socket=number, code=sockets[number].close_code, reason=sockets[number].close_reason, clean=clean)


def keep(socket):
    sockets.append(socket)
    return len(sockets) - 1


async def accepted(socket, path):
    number = keep(socket)
    emit(event="accepted", socket=number, protocol=socket.subprotocol or "")
    await read(number)


async def can():
    return {
        "server": True,
        "fragments": True,
        "ping": hasattr(websockets.WebSocketClientProtocol, "ping"),
        "seesPings": hasattr(websockets.WebSocketClientProtocol, "on_ping"),
        "emptyClose": inspect.signature(websockets.WebSocketClientProtocol.close).parameters["code"].default != 1000,
        "terminate": hasattr(websockets.WebSocketClientProtocol, "abort"),
        "wasClean": hasattr(websockets.ConnectionClosed, "was_clean"),
    }


def parameters(deflate):
    return {
        "server_no_context_takeover": deflate["serverNoContextTakeover"],
        "client_no_context_takeover": deflate["clientNoContextTakeover"],
        "server_max_window_bits": deflate["serverMaxWindowBits"],
        "client_max_window_bits": deflate["clientMaxWindowBits"],
    }


async def connect(url, protocols, deflate=None):
    extensions = {"extensions": [ClientPerMessageDeflateFactory(**parameters(deflate))], "compression": None} if deflate else {}
    number = keep(await websockets.connect(url, subprotocols=protocols or None, **extensions))
    running.append(asyncio.create_task(read(number)))
    return {"socket": number, "protocol": sockets[number].subprotocol or ""}


async def serve(deflate):
    """A server of its own for these settings of compression."""
    server = await websockets.serve(accepted, "127.0.0.1", 0, extensions=[ServerPerMessageDeflateFactory(**parameters(deflate))], compression=None)
    running.append(server)
    return {"port": server.sockets[0].getsockname()[1]}


async def send(socket, kind, pieces):
    pieces = pieces if kind == "text" else [base64.b64decode(piece) for piece in pieces]
    await sockets[socket].send(pieces if len(pieces) > 1 else pieces[0])


async def ping(socket):
    begun = time.perf_counter()
    await (await sockets[socket].ping())
    return {"ms": (time.perf_counter() - begun) * 1000}


async def close(socket, code, reason):
    await sockets[socket].close(code, reason)


async def obey(line):
    command = json.loads(line)
    number, name = command.pop("id"), command.pop("do")
    try:
        emit(answer=number, **(await commands[name](**command) or {}))
    except Exception as error:
        emit(answer=number, error=repr(error))


async def main():
    lines = asyncio.StreamReader(limit=1 << 24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    server = await websockets.serve(accepted, "127.0.0.1", 0, subprotocols=["chat.v1"])
    emit(event="ready", port=server.sockets[0].getsockname()[1])
    while line := await lines.readline():
        running.append(asyncio.create_task(obey(line)))


commands = {"can": can, "connect": connect, "serve": serve, "send": send, "ping": ping, "close": close}
running = []
asyncio.run(main())
