"""Checks an echo over WebSocket as HttpArena does: validate.py PORT"""
import base64, hashlib, os, socket, struct, sys

PORT = int(sys.argv[1])
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
failed = 0


def check(name, holds):
    global failed
    failed += not holds
    print(f"{'ok' if holds else 'FAILED'}: {name}")


class Client:
    def __init__(self, headers=True):
        self.socket = socket.create_connection(("127.0.0.1", PORT), timeout=10)
        self.rest = b""
        key = base64.b64encode(os.urandom(16)).decode()
        upgrade = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n" if headers else ""
        self.socket.sendall(f"GET /ws HTTP/1.1\r\nHost: localhost:{PORT}\r\n{upgrade}\r\n".encode())
        while b"\r\n\r\n" not in self.rest:
            self.more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        self.accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()

    def more(self):
        came = self.socket.recv(65536)
        if not came:
            raise EOFError("the server ended the connection")
        self.rest += came

    def take(self, count):
        while len(self.rest) < count:
            self.more()
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def send(self, opcode, payload):
        mask = os.urandom(4)
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else bytes([0xFE]) + struct.pack(">H", len(payload))
        self.socket.sendall(bytes([0x80 | opcode]) + size + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)))

    def receive(self):
        first, size = self.take(2)
        if size == 126:
            size, = struct.unpack(">H", self.take(2))
        elif size == 127:
            size, = struct.unpack(">Q", self.take(8))
        return first & 15, self.take(size)

    def close(self, reason=b""):
        self.send(8, struct.pack(">H", 1000) + reason)
        return self.receive()


client = Client()
check("the handshake is answered with 101", client.status == 101)
check("Sec-WebSocket-Accept is of this key", client.headers.get("sec-websocket-accept") == client.accept)
text = f"validate-{os.urandom(8).hex()}".encode()
client.send(1, text)
check("a text comes back as it was", client.receive() == (1, text))
data = os.urandom(256)
client.send(2, data)
check("256 random bytes come back as they were", client.receive() == (2, data))
burst = [os.urandom(8).hex().encode() for _ in range(5)]
for one in burst:
    client.send(1, one)
check("five at once come back in their order", [client.receive() for _ in burst] == [(1, one) for one in burst])
opcode, payload = client.close(b"validate done")
check("a close with 1000 is answered with 1000", opcode == 8 and payload[:2] == struct.pack(">H", 1000))
check("an ordinary request is refused with 4xx", 400 <= Client(headers=False).status < 500)
health = Client()
health.send(1, b"health")
check("the server is well afterwards", health.receive() == (1, b"health") and health.close()[0] == 8)
sys.exit(failed > 0)
