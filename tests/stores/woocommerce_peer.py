"""WooCommerce's download links, with their faults.

A plain GET and a HEAD use up a download, a Range does not; there is no ETag; refusals are 403 pages. The file comes
from the shop, by a redirect to the bare file, or from elsewhere without a length.
"""

from __future__ import annotations

import dataclasses
import re

from tests.stores.peer import Call, Peer

CONTENT = bytes(range(255, -1, -1)) * 1500


@dataclasses.dataclass
class WooDownload:
    """A permission to download, as the shop keeps it. `mode` is how the file is handed out."""

    content: bytes = CONTENT
    name: str = "harbour-suite-3.1.zip"
    disposition: str | None = None
    left: int | None = 3
    expired: bool = False
    refunded: bool = False
    sign_in: bool = False
    mode: str = "force"
    """force (through the shop), redirect (to the bare file), remote (no length, no ranges), or unmeasured (its end is
    the end of the connection)."""


class WooPeer(Peer):
    """The shop."""

    def __init__(self) -> None:
        super().__init__()
        self.downloads = {"f6a1": WooDownload()}
        self.cut_after: list[int] = []
        """After how many bytes the next answers break off."""

    def state(self) -> object:
        """Everything that looking must not change."""
        return {key: each.left for key, each in self.downloads.items()}

    def link(self, key: str = "f6a1") -> str:
        """The link of the order mail."""
        return f"{self.url}/?download_file=31&order=wc_order_CANARYq8&email=ada%40people.example&key={key}"

    def answer(self, call: Call) -> None:
        """Hand out a file, or the shop's page."""
        if call.path.startswith("/wp-content/uploads/"):
            self._bare(call)
            return
        if "download_file" not in call.query:
            call.send(200, "text/html; charset=UTF-8", b"<html>The shop</html>")
            return
        found = self.downloads.get(call.query.get("key", ""))
        if found is None:
            call.send(404, "text/html; charset=UTF-8", b"<p>Invalid download link.</p>")
        elif found.sign_in:
            call.send(302, "text/html", b"", ("Location", f"{self.url}/my-account/?wc_error=log+in"))
        elif found.expired or found.refunded or found.left == 0:
            why = b"expired" if found.expired else b"reached your download limit"
            call.send(403, "text/html; charset=UTF-8", b"<p>Sorry, this download has " + why + b"</p>")
        else:
            self._granted(call, found)

    def _granted(self, call: Call, found: WooDownload) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", call.headers.get("range", ""))
        if asked is None and found.left is not None:
            found.left -= 1
        disposition = found.disposition or f'attachment; filename="{found.name}";'
        headers = [("Content-Disposition", disposition), ("X-Robots-Tag", "noindex, nofollow")]
        if found.mode == "redirect":
            call.send(302, "text/html", b"", ("Location", f"{self.url}/wp-content/uploads/{found.name}"))
        elif found.mode == "remote":
            call.send_chunked(200, "application/force-download", found.content, *headers)
        elif found.mode == "unmeasured":
            call.send(200, "application/force-download", found.content, *headers, length=False)
        else:
            self._ranged(call, found, asked, [*headers, ("Accept-Ranges", f"0-{len(found.content)}")])

    def _ranged(
        self, call: Call, found: WooDownload, asked: re.Match[str] | None, headers: list[tuple[str, str]]
    ) -> None:
        size = len(found.content)
        if asked is None:
            self._send(call, 200, found.content, headers)
            return
        start, stop = int(asked[1]), int(asked[2]) + 1 if asked[2] else size
        if start >= size:
            call.send(416, "text/html", b"", ("Content-Range", f"bytes */{size}"))
            return
        headers.append(("Content-Range", f"bytes {start}-{min(stop, size) - 1}/{size}"))
        self._send(call, 206, found.content[start:stop], headers)

    def _bare(self, call: Call) -> None:
        found = next(each for each in self.downloads.values() if call.path.endswith(each.name))
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", call.headers.get("range", ""))
        self._ranged(call, found, asked, [])

    def _send(self, call: Call, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
        if not self.cut_after:
            call.send(status, "application/force-download", body, *headers)
            return
        keep = self.cut_after.pop(0)
        headers = [*headers, ("Content-Length", str(len(body)))]
        call.send(status, "application/force-download", body[:keep], *headers, length=False)
