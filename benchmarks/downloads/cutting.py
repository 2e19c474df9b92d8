"""A server whose connections break after a few megabytes, for ever, or do not, for comparison."""

from __future__ import annotations

import http.server
import threading
from pathlib import Path
from typing import Any


class CuttingServer:
    """Serves one file: under ``/cut/…`` each answer ends after `most` bytes, elsewhere it is whole.

    `sent` counts the bytes of all bodies.
    """

    def __init__(self, file: Path, most: int) -> None:
        self.sent = 0
        owner, total = self, file.stat().st_size

        class Answer(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                first, last = 0, total - 1
                asked = self.headers.get("Range", "")
                if asked.startswith("bytes="):
                    start, _, stop = asked.removeprefix("bytes=").partition("-")
                    first, last = int(start), min(int(stop or last), last)
                self.send_response(206 if asked else 200)
                self.send_header("Content-Length", str(last + 1 - first))
                self.send_header("Content-Range", f"bytes {first}-{last}/{total}")
                self.send_header("Accept-Ranges", "bytes")
                self.send_header("ETag", '"one"')
                self.end_headers()
                self.close_connection = cut = self.path.startswith("/cut/")
                left = min(last + 1 - first, most) if cut else last + 1 - first
                with file.open("rb") as content:
                    content.seek(first)
                    while left and (part := content.read(min(left, 1 << 20))):
                        self.wfile.write(part)
                        owner.sent += len(part)
                        left -= len(part)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
