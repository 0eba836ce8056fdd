"""A receiver of webhooks, and the official library's judgement of what arrived.

    webhooks.py receive FILE    prints its port; writes each request to FILE, a JSON object a line, before it answers
    webhooks.py verify          reads {"secret", "fields", "body", "offset"} a line, prints "ok" or what the library says
"""

import datetime
import http.server
import json
import os
import sys
import threading
import time

import standardwebhooks
import standardwebhooks.webhooks


def receive(path):
    file = open(path, "a", buffering=1)
    lock = threading.Lock()

    class Receiver(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self):
            at = time.time()
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                file.write(json.dumps({"at": at, "path": self.path, "fields": fields, "body": body}) + "\n")
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Receiver)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()  # whoever started this is gone
    os._exit(0)


def verify():
    for line in sys.stdin:
        request = json.loads(line)
        now = int(request["fields"]["webhook-timestamp"]) + request["offset"]

        class Clock(datetime.datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime.datetime.fromtimestamp(now, tz)

        standardwebhooks.webhooks.datetime = Clock
        try:
            standardwebhooks.Webhook(request["secret"]).verify(request["body"], request["fields"])
            print("ok")
        except standardwebhooks.WebhookVerificationError as error:
            print(error)


if sys.argv[1] == "receive":
    receive(sys.argv[2])
else:
    verify()
