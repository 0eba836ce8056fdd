"""`maskctl mail test` against aiosmtpd: what arrives, what is refused, and that no password is said in the clear.

Tests/mail.sh calls it. MASK_BIN names the folder of maskctl.
"""

import logging
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

# The server is to offer AUTH without TLS, too: whether it is used is what is tested.
warnings.simplefilter("ignore")
# Of a visitor that refuses its certificate it tells at length.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)

# It leads to this machine, and is no name that needs no encryption, as localhost is.
HOST = "0.0.0.0"
PASSWORD = "s3cret of jo"

AUTHORITIES = """
key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
for name in authority stranger; do openssl req -x509 $key -keyout $name.key -out $name.pem -subj /CN=$name -days 2; done
# certificate NAME AUTHORITY PLACE
certificate() {
  openssl req $key -keyout $1.key -out $1.csr -subj /CN=$1
  printf 'subjectAltName=%s' "$3" >$1.ext
  openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days 2 -extfile $1.ext -out $1.pem
}
certificate good authority IP:0.0.0.0
certificate other-host authority DNS:mail.example.com
certificate other-authority stranger IP:0.0.0.0
"""


class Mailbox:
    """Keeps what has arrived, and each name and password that was said."""

    def __init__(self):
        self.mails, self.said = [], []

    async def handle_DATA(self, server, session, envelope):
        encrypted = session.ssl is not None or isinstance(server.transport.get_extra_info("sslcontext"), ssl.SSLContext)
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content.decode(), encrypted, session.authenticated))
        return "250 taken"

    def authenticate(self, server, session, envelope, mechanism, data):
        encrypted = session.ssl is not None or isinstance(server.transport.get_extra_info("sslcontext"), ssl.SSLContext)
        self.said.append((data.login.decode(), data.password.decode(), encrypted))
        return AuthResult(success=data.password.decode() == PASSWORD, handled=False)


class Tests:
    def __init__(self, folder):
        self.folder = folder
        subprocess.run(["sh", "-ec", AUTHORITIES], cwd=folder, check=True, capture_output=True)

    def context(self, certificate):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{certificate}.pem", self.folder / f"{certificate}.key")
        return context

    def send(self, certificate="good", scheme="smtp", user=None, password=PASSWORD, authority="authority", **options):
        """Lets a server listen, and maskctl mail it. `certificate` is None for one that offers no STARTTLS."""
        box = Mailbox()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        context = self.context(certificate) if certificate else None
        options |= {"ssl_context": context} if scheme == "smtps" else {"tls_context": context}
        server = Controller(
            box, hostname="127.0.0.1", port=port, authenticator=box.authenticate, auth_require_tls=False,
            auth_exclude_mechanism=["LOGIN"], server_hostname="test", **options)
        # Controller makes sure that it answers, which it asks over TLS without a certificate to believe.
        server.start()
        try:
            environment = {
                "PATH": os.environ["PATH"], "MASK_CONFIG": "/dev/null", "MASK_SECRET_KEY": "0123456789abcdef0123456789abcdef",
                "MASK_APP_HOST": "app.mask.test", "MASK_MAIL": f"{scheme}://{user + '@' if user else ''}{HOST}:{port}",
                "MASK_MAIL_FROM": "MASK <mask@example.com>", "MASK_MAIL_PASSWORD": password if user else "",
                "MASK_MAIL_CA": str(self.folder / f"{authority}.pem") if authority else "",
            }
            ended = subprocess.run(
                [os.environ["MASK_BIN"] + "/maskctl", "mail", "test", "ada@example.com"], env=environment, capture_output=True,
                text=True, timeout=60)
        finally:
            server.stop()
        return box, ended

    def arrives(self, fact, encrypted=True, **options):
        box, ended = self.send(**options)
        user = options.get("user")
        if ended.returncode != 0 or len(box.mails) != 1:
            sys.exit(f"FAIL {fact}: {ended.returncode} {ended.stdout} {ended.stderr} {box.mails}")
        sender, recipients, text, was_encrypted, authenticated = box.mails[0]
        assert (sender, recipients) == ("mask@example.com", ["ada@example.com"]), fact
        assert "\r\nSubject: Mail from app.mask.test arrives\r\n" in text and "\r\nTo: <ada@example.com>\r\n" in text, fact
        assert was_encrypted == encrypted and bool(authenticated) == (user is not None), (fact, box.mails)
        assert box.said == ([(user, PASSWORD, True)] if user else []), (fact, box.said)
        print(f"  ok   {fact}")

    def refused(self, fact, words, says_password=False, **options):
        box, ended = self.send(**options)
        if ended.returncode == 0 or box.mails or bool(box.said) != says_password or words not in ended.stderr:
            sys.exit(f"FAIL {fact}: {ended.returncode} {ended.stdout} {ended.stderr} {box.mails} {box.said}")
        assert PASSWORD not in ended.stderr + ended.stdout, fact
        print(f"  ok   {fact}: {ended.stderr.strip()}")

    def run(self):
        self.arrives("STARTTLS is used where it is offered")
        self.arrives("with a password, which is said after it only", user="jo")
        self.arrives("a server that takes no mail without it gets it encrypted", require_starttls=True)
        self.arrives("TLS from the first byte, with a password", scheme="smtps", user="jo@example.com")
        self.arrives("a server that offers none gets it in the clear, where there is no password", certificate=None, encrypted=False)
        self.refused("with a password it is not sent in the clear, nor is the password said", "", certificate=None, user="jo")
        for scheme in ("smtp", "smtps"):
            way = {"scheme": scheme, "user": "jo"}
            self.refused(f"{scheme}: a certificate of another authority", "certificate", certificate="other-authority", **way)
            self.refused(f"{scheme}: one of an authority that the system does not know", "certificate", authority=None, **way)
            self.refused(f"{scheme}: one for another host", "certificate", certificate="other-host", **way)
        self.refused("a wrong password is told in the server's words", "535", user="jo", password="wrong", says_password=True)


with tempfile.TemporaryDirectory(prefix="mask-smtp.") as folder:
    Tests(Path(folder)).run()
