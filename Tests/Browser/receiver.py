"""A receiver of webhooks on this machine: the quick start's sender may send there."""

import http.server
import threading
import time

import pytest


class Receiver:
    """What has arrived, `(headers, body)` each, and what is answered."""

    def __init__(self):
        self.arrivals = []
        self.status, self.answer = 200, b'{"ok": true}'
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.arrivals.append((list(self.headers.items()), body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", str(len(receiver.answer)))
                self.end_headers()
                self.wfile.write(receiver.answer)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, text):
        """The first arrival whose body has a text."""
        for _ in range(200):
            found = next(((headers, body) for headers, body in self.arrivals if text.encode() in body), None)
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"{text} did not arrive; {len(self.arrivals)} others did")


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()
