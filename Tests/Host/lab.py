"""Who talks to the app hosts of the laboratory (lab.sh), one role a run, with nothing but Python's own library.

    lab.py visit ADDRESS HOST PATH SECONDS RATE          a visitor of a short link, over plain HTTP
    lab.py create ADDRESS HOST CA NAME SECONDS FILE      a client that creates links, with the key from MASK_LAB_KEY
    lab.py receive ADDRESS PORT FILE                     a receiver of webhooks
    lab.py decode                                        ids on standard input as the database has them

visit prints a line whenever the answer is another one than before, "MICROSECONDS STATUS DESTINATION", and at the end
"asked COUNT errors COUNT". A RATE of 0 asks as fast as it is answered. create notes each answer in a line of FILE,
"MICROSECONDS STATUS ID"; a request that was not answered 201 is sent again with its Idempotency-Key until it is, and for a
minute at most. receive answers 204 and notes "WEBHOOK-ID".
"""

import http.client
import http.server
import json
import os
import socket
import socketserver
import ssl
import sys
import time


def microseconds():
    return time.time_ns() // 1000


def visit(address, host, path, seconds, rate):
    end, last, asked, errors, line = time.monotonic() + float(seconds), "", 0, 0, None
    browser = {"Host": host, "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"}
    while time.monotonic() < end:
        asked += 1
        try:
            line = line or http.client.HTTPConnection(address, 80, timeout=10)
            line.request("GET", path, headers=browser)
            answer = line.getresponse()
            answer.read()
            text = f"{answer.status} {answer.getheader('Location') or ''}".strip()
        except (OSError, http.client.HTTPException):
            errors, line, text = errors + 1, None, "none"
            time.sleep(0.01)
        if text != last:
            print(microseconds(), text, flush=True)
            last = text
        if float(rate) > 0:
            time.sleep(1 / float(rate))
    print(f"asked {asked} errors {errors}")


class Client:
    """A kept connection to the API."""

    def __init__(self, address, host, authority):
        self.address, self.host, self.tls, self.line = address, host, ssl.create_default_context(cafile=authority), None

    def post(self, path, body, key):
        """Status and answer; 0 where there was none."""
        try:
            if self.line is None:
                self.line = http.client.HTTPSConnection(self.host, 443, timeout=40, context=self.tls)
                bare = socket.create_connection((self.address, 443), timeout=40)
                bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.line.sock = self.tls.wrap_socket(bare, server_hostname=self.host)
            self.line.request("POST", "/v1" + path, json.dumps(body), {
                "Authorization": "Bearer " + os.environ["MASK_LAB_KEY"], "Content-Type": "application/json",
                "Idempotency-Key": key})
            answer = self.line.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.line = None
            return 0, b""


def create(address, host, authority, name, seconds, file):
    client, number, end = Client(address, host, authority), 0, time.monotonic() + float(seconds)
    with open(file, "a", buffering=1) as notes:
        while time.monotonic() < end:
            number += 1
            patience = time.monotonic() + 60
            while True:
                status, answer = client.post("/links", {"url": f"https://example.com/{name}/{number}"}, f"{name}-{number}")
                done = status == 201
                notes.write(f"{microseconds()} {status} {json.loads(answer)['id'] if done else '-'}\n")
                if done:
                    break
                if time.monotonic() > patience:
                    sys.exit(f"{name}: no answer for a minute")
                time.sleep(0.02)


def receive(address, port, file):
    notes = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            os.write(notes, (self.headers["webhook-id"] + "\n").encode())
            self.send_response_only(204)
            self.end_headers()

    class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
        request_queue_size = 128
        daemon_threads = True

    Server((address, int(port)), Handler).serve_forever()


def decode():
    """lnk_ and 26 characters of Crockford's base 32 are 128 bits."""
    digits = {digit: value for value, digit in enumerate("0123456789abcdefghjkmnpqrstvwxyz")}
    for line in sys.stdin:
        value = 0
        for digit in line.strip().split("_")[-1]:
            value = value * 32 + digits[digit]
        print(f"{value:032x}")


if __name__ == "__main__":
    {"visit": visit, "create": create, "receive": receive, "decode": decode}[sys.argv[1]](*sys.argv[2:])
