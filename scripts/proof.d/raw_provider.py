"""A provider that breaks connections and replies as no HTTP server would. The token of a request names the fault."""

import json
import socket
import struct
import threading


class RawProvider:
    """Answers with a match, unless the token begins with the name of a fault."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.resets_new_connections = False
        self.reads_slowly = False
        self.asked = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            connection, _ = self.listener.accept()
            if self.resets_new_connections:
                reset(connection)
                continue
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        held = b""
        try:
            while True:
                while b"\r\n\r\n" not in held:
                    data = connection.recv(65536)
                    if not data:
                        return connection.close()
                    held += data
                head, held = held.split(b"\r\n\r\n", 1)
                lines = head.lower().split(b"\r\n")
                length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
                while len(held) < length:
                    held += connection.recv(65536)
                request, held = json.loads(held[:length]), held[length:]
                self.asked.append(request["token"])
                if not self._answer(connection, request):
                    return connection.close()
        except OSError:
            connection.close()

    def _answer(self, connection, request):
        """Whether the connection stays open."""
        body = json.dumps(
            {"id": 117270465679982593, "code": 9000, "content": "verify consistent", "exID": request.get("exID", "")}
        ).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        whole = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
        fault = request["token"].split("-")[0]
        if fault == "reset":
            reset(connection)
            return False
        if fault == "close":
            return False
        if fault == "stall":
            connection.recv(1)
            return False
        replies = {
            "garbage": bytes(range(256)) * 64,
            "greeting": b"220 mail.example ESMTP\r\n" + b"x" * 100 + b"\r\n\r\n",
            "halfhead": whole[:40],
            "halfbody": head + b"Content-Length: %d\r\n\r\n" % len(body) + body[:-1],
            "halfchunk": head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s" % (len(body), body),
            "twolengths": head + b"Content-Length: 5\r\nContent-Length: %d\r\n\r\n" % len(body) + body,
            "hugehead": head + b"X: " + b"x" * (1 << 20) + b"\r\n\r\n",
            "interim": b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000,
        }
        # Two replies to one request: the second one must not become the answer to another request.
        if fault == "twice":
            connection.sendall(whole + whole.replace(b"verify", b"second"))
            return True
        if fault in replies:
            connection.sendall(replies[fault])
            return False
        connection.sendall(whole)
        return True


def reset(connection):
    """Ends the connection with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
