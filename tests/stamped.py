"""A time-stamping authority (RFC 3161) on this machine, for credentials that outlast their signer's
certificate.
"""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from tests.signed import Holder

CONFIGURATION = """
[stamper]
serial = {folder}/serial
signer_cert = {folder}/stamper.pem
signer_key = {folder}/key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
"""


@contextmanager
def time_stamper(who: Holder, folder: Path) -> Iterator[str]:
    """The address of ``who``, that stamps whatever is sent there; openssl does the work."""
    (folder / "stamper.pem").write_bytes(who.pem)
    (folder / "key.pem").write_bytes(who.private)
    (folder / "openssl.cnf").write_text(CONFIGURATION.format(folder=folder))
    command = ["openssl", "ts", "-reply", "-config", "openssl.cnf", "-section", "stamper"]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            (folder / "asked").write_bytes(asked)
            done = subprocess.run(
                [*command, "-queryfile", "asked"], cwd=folder, capture_output=True, check=True
            )
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(done.stdout)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
