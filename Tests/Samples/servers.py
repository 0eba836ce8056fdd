"""What the stack talks to: a receiver of webhooks, and a name server."""

import http.server
import os
import socketserver
import struct
import threading


class Receiver:
    """Keeps what arrives at an endpoint on this machine, and answers 204."""

    def __init__(self):
        self.arrivals = arrivals = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                fields = {name.lower(): value for name, value in self.headers.items() if name.lower().startswith("webhook-")}
                arrivals.append((self.path, fields, body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *words):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}/"


class NameServer:
    """Answers the workers' questions about domains, at the address that MASK_DNS_SERVERS names."""

    TYPES = {"CNAME": 5, "TXT": 16}

    def __init__(self):
        self.records = records = {}
        place = os.environ.get("MASK_DNS_SERVERS", "").split(",")[0]
        assert place.startswith("127."), "Set MASK_DNS_SERVERS, as Tests/run.sh does, when the stack is started and here."
        host, port = place.rsplit(":", 1)

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                message, socket = self.request
                name, end = labels(message)
                kind = struct.unpack(">H", message[end:end + 2])[0]
                # A name that is another's alias is answered so, whatever was asked.
                found = [(5, records[name, 5])] if (name, 5) in records else [(kind, records[name, kind])] if (name, kind) in records else []
                answers = b"".join(
                    b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data for kind, data in found)
                flags = 0x8180 if found else 0x8183
                socket.sendto(
                    message[:2] + struct.pack(">HHHHH", flags, 1, len(found), 0, 0) + message[12:end + 4] + answers, self.client_address)

        server = socketserver.ThreadingUDPServer((host, int(port)), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def set(self, name, kind, value):
        data = encoded(value) if kind == "CNAME" else bytes([len(value)]) + value.encode()
        self.records[name.lower(), self.TYPES[kind]] = data


def labels(message):
    """The name of a question, and where it ends."""
    parts, at = [], 12
    while length := message[at]:
        parts.append(message[at + 1:at + 1 + length].decode().lower())
        at += 1 + length
    return ".".join(parts), at + 1


def encoded(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"
