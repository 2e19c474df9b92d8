"""Easy Digital Downloads with Software Licensing, as version 3.2 answers, with its faults.

Every answer has status 200. `success` is true for all but an unknown key. Numbers come as texts, times are the shop's
wall clock, addresses are HTML-escaped, and some fields are PHP-serialised. Every request for a file counts.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import urllib.parse

from tests.stores.peer import PAGE, Call, Peer

CONTENT = bytes(range(256)) * 1200


@dataclasses.dataclass
class EddLicence:
    """A licence as the shop keeps it."""

    key: str
    item: str = "57"
    name: str = "Quill &amp; Ink"
    expires: str = "2028-02-01 23:59:59"
    disabled: bool = False
    expired: bool = False
    limit: int = 3
    sites: set[str] = dataclasses.field(default_factory=set)
    payment: str = "1042"
    used: int | None = None
    """More sites than are listed, for a shop that lowered the limit."""


@dataclasses.dataclass
class EddFile:
    """A file, and how often it may be asked for."""

    content: bytes = CONTENT
    name: str = "quill-4.2.zip"
    left: int = 5
    expired: bool = False


def site_of(url: str) -> str:
    """What counts as one site: scheme, ``www``, port and case are ignored."""
    host = (urllib.parse.urlsplit(url if "//" in url else f"//{url}").hostname or "").lower()
    return host.removeprefix("www.")


class EddPeer(Peer):
    """The shop. `extra` replaces fields of its answers, to make them odd."""

    def __init__(self) -> None:
        super().__init__()
        self.licences = {"Ab12-KEY9-zz41==": EddLicence("Ab12-KEY9-zz41==")}
        self.files = {"1042:57:1": EddFile()}
        self.extra: dict[str, object] = {}
        self.version: object = "4.2.1"
        self.cut_after: int | None = None

    def state(self) -> object:
        """Everything that looking must not change."""
        seats = {key: sorted(licence.sites) for key, licence in self.licences.items()}
        return seats, {name: file.left for name, file in self.files.items()}

    def link(self, file: str = "1042:57:1") -> str:
        """The link of the receipt."""
        return f"{self.url}/index.php?eddfile={file}&ttl=1830000000&file=1&token=0123456789abcdef"

    def answer(self, call: Call) -> None:
        """Answer an API question or hand out a file."""
        if "eddfile" in call.query:
            self._file(call)
            return
        action = {**call.query, **call.form}.get("edd_action", "")
        fields = {
            "check_license": self._check,
            "activate_license": self._activate,
            "deactivate_license": self._deactivate,
            "get_version": self._version,
        }.get(action)
        if fields is None:
            call.send(200, "text/html; charset=UTF-8", PAGE)
            return
        answer = {**fields({**call.query, **call.form}, call), **self.extra}
        call.send(200, "application/json", json.dumps(answer).encode())

    # Licences

    def _site(self, form: dict[str, str], call: Call) -> str:
        """Without ``url`` the part of the User-Agent after the semicolon is taken for the site."""
        agent = call.headers.get("user-agent", "")
        return site_of(form.get("url") or agent.partition(";")[2].strip())

    def _verdict(self, licence: EddLicence, form: dict[str, str], call: Call) -> str:
        if form.get("item_id", "") not in ("", licence.item):
            return "invalid_item_id"
        if not form.get("item_id") and form.get("item_name") not in (licence.name, licence.name.replace("&amp;", "&")):
            return "item_name_mismatch"
        if licence.expired:
            return "expired"
        if licence.disabled:
            return "disabled"
        if not licence.sites:
            return "inactive"
        return "valid" if self._site(form, call) in licence.sites else "site_inactive"

    def _facts(self, licence: EddLicence, form: dict[str, str]) -> dict[str, object]:
        used = len(licence.sites) if licence.used is None else licence.used
        return {
            "item_id": form.get("item_id") or False,
            "item_name": licence.name,
            "expires": licence.expires,
            "license_limit": licence.limit,
            "site_count": used,
            "activations_left": "unlimited" if licence.limit == 0 else max(0, licence.limit - used),
            "payment_id": licence.payment,
            "customer_name": "CANARY Person",
            "customer_email": "canary@people.example",
            "price_id": False,
            "checksum": "d41d8cd98f00b204e9800998ecf8427e",
        }

    def _check(self, form: dict[str, str], call: Call) -> dict[str, object]:
        licence = self.licences.get(form.get("license", ""))
        if licence is None:
            return {"success": False, "license": "invalid", "item_id": False, "item_name": form.get("item_name", "")}
        return {"success": True, "license": self._verdict(licence, form, call), **self._facts(licence, form)}

    def _activate(self, form: dict[str, str], call: Call) -> dict[str, object]:
        licence = self.licences.get(form.get("license", ""))
        if licence is None:
            return {"success": False, "license": "invalid", "error": "missing"}
        facts, verdict = self._facts(licence, form), self._verdict(licence, form, call)
        site = self._site(form, call)
        if not site:
            return {"success": False, "license": "invalid", "error": "missing_url", **facts}
        if verdict in ("invalid_item_id", "item_name_mismatch", "expired", "disabled"):
            return {"success": False, "license": "invalid", "error": verdict, **facts}
        if site not in licence.sites and licence.limit and len(licence.sites) >= licence.limit:
            error = {"error": "no_activations_left", "max_sites": licence.limit}
            return {"success": False, "license": "invalid", **error, **facts}
        licence.sites.add(site)
        return {"success": True, "license": "valid", **self._facts(licence, form)}

    def _deactivate(self, form: dict[str, str], call: Call) -> dict[str, object]:
        licence = self.licences.get(form.get("license", ""))
        site = self._site(form, call)
        if licence is None or licence.expired or site not in licence.sites:
            return {"success": False, "license": "failed"}
        licence.sites.remove(site)
        # The wall clock, written as if it were UTC.
        wall = dt.datetime.fromisoformat(licence.expires).replace(tzinfo=dt.UTC).timestamp()
        return {"success": True, "license": "deactivated", **self._facts(licence, form), "expires": int(wall)}

    def _version(self, form: dict[str, str], _: Call) -> dict[str, object]:
        known = any(form.get("item_id") == licence.item for licence in self.licences.values())
        package = f"{self.url}/edd-sl/package_download/CANARY-PACKAGE"
        return {
            "new_version": self.version if known else False,
            "stable_version": self.version if known else False,
            "name": "Quill &#038; Ink",
            "slug": "index.php",
            "url": f"{self.url}/downloads/quill/?changelog=1&#038;x=1",
            "last_updated": "2027-02-11 10:22:07",
            "package": package if known else "",
            "download_link": package if known else "",
            "sections": 'a:2:{s:11:"description";s:0:"";s:9:"changelog";s:0:"";}',
            "banners": "a:0:{}",
            "icons": "a:0:{}",
            **({} if known else {"msg": "License key is not valid for this product"}),
        }

    # Files

    def _file(self, call: Call) -> None:
        file = self.files.get(call.query["eddfile"])
        if file is None or file.expired or file.left <= 0:
            call.send(403, "text/html; charset=UTF-8", b"<h1>Error</h1>Sorry but this link has expired.")
            return
        file.left -= 1  # HEAD and ranges as well
        size = len(file.content)
        headers = [("Content-Disposition", f'attachment; filename="{file.name}"'), ("Accept-Ranges", "0-" + str(size))]
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", call.headers.get("range", ""))
        start = int(asked[1]) if asked and asked[1] else 0
        if asked is None or start == 0 or start >= size:
            self._send_file(call, 200, file.content, headers)
            return
        # A bounded range runs on to the end of the file all the same.
        headers.append(("Content-Range", f"bytes {start}-{size - 1}/{size}"))
        self._send_file(call, 206, file.content[start:], headers)

    def _send_file(self, call: Call, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
        if self.cut_after is None:
            call.send(status, "application/zip", body, *headers)
            return
        keep, self.cut_after = self.cut_after, None
        call.send(status, "application/zip", body[:keep], *headers, ("Content-Length", str(len(body))), length=False)
