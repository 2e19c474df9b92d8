"""A shop that runs Easy Digital Downloads with Software Licensing: it answers everyone who has a licence key.

Every answer has status 200, and `success` is true for all but an unknown key, as in the real system.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

from companion.demo.serving import LoopbackServer
from companion.demo.shops.files import archive

NAME = "Mossgate Tools"
SENDER = "hello@mossgate.example"
PRODUCT = "Form Meadow"
FILE = "form-meadow-2.4.zip"
NEWEST_VERSION = "2.6.0"
ORDER_NUMBER = "5120"
KEY = "3fd0a87be1c94625b6e07f19c2d84a55"
_ITEM, _TOKEN, _SEATS = "44", "c0ffee5120", 3
_PAGE = "<!DOCTYPE html><html><body><h1>Mossgate Tools</h1></body></html>"
_Answer = dict[str, object]


class EddShop:
    """The shop, running on loopback until `close`. `folder` keeps which PCs have a seat; it outlives the shop."""

    def __init__(self, folder: Path, *, expires: dt.date, port: int = 0) -> None:
        """Raises `OSError` when the port cannot be had or the folder cannot be used."""
        folder.mkdir(parents=True, exist_ok=True)
        self._seats, self._expires = folder / "edd-seats.json", expires
        self._server = LoopbackServer("127.0.0.1", port, Request.application(self._answer))
        self.port, self.url = self._server.port, self._server.url

    @property
    def link(self) -> str:
        """The download link of the receipt."""
        return f"{self.url}/index.php?eddfile={ORDER_NUMBER}:{_ITEM}:0&ttl=4070908800&file=0&token={_TOKEN}"

    @property
    def sites(self) -> list[str]:
        """What has a seat of the licence."""
        try:
            return [str(site) for site in json.loads(self._seats.read_bytes())]
        except (OSError, ValueError, TypeError):
            return []

    def close(self) -> None:
        """Stop serving."""
        self._server.close()

    def _answer(self, request: Request) -> Response:
        asked = {**request.args.to_dict(), **request.form.to_dict()}
        if "eddfile" in asked:
            return self._file(asked)
        actions = {
            "check_license": self._check,
            "activate_license": self._activate,
            "deactivate_license": self._deactivate,
            "get_version": self._version,
        }
        action = actions.get(asked.get("edd_action", ""))
        if action is None:
            return Response(_PAGE, mimetype="text/html")
        return Response(json.dumps(action(asked)), mimetype="application/json")

    def _file(self, asked: dict[str, str]) -> Response:
        if (asked["eddfile"], asked.get("token")) != (f"{ORDER_NUMBER}:{_ITEM}:0", _TOKEN):
            return Response("<h1>Error</h1>Sorry but this link has expired.", status=403, mimetype="text/html")
        response = Response(archive(PRODUCT), mimetype="application/zip")
        response.headers["Content-Disposition"] = f'attachment; filename="{FILE}"'
        return response

    def _check(self, asked: dict[str, str]) -> _Answer:
        if asked.get("license") != KEY:
            return {"success": False, "license": "invalid", "item_id": False, "item_name": asked.get("item_name", "")}
        return {"success": True, "license": self._verdict(asked), **self._facts()}

    def _verdict(self, asked: dict[str, str]) -> str:
        if asked.get("item_id", _ITEM) not in ("", _ITEM):
            return "invalid_item_id"
        if not asked.get("item_id") and asked.get("item_name") != PRODUCT:
            return "item_name_mismatch"
        if not self.sites:
            return "inactive"
        return "valid" if _site(asked) in self.sites else "site_inactive"

    def _facts(self) -> _Answer:
        used = len(self.sites)
        return {
            "item_id": int(_ITEM),
            "item_name": PRODUCT,
            "expires": f"{self._expires} 23:59:59",
            "license_limit": _SEATS,
            "site_count": used,
            "activations_left": _SEATS - used,
            "payment_id": int(ORDER_NUMBER),
            "price_id": False,
        }

    def _activate(self, asked: dict[str, str]) -> _Answer:
        site, sites = _site(asked), self.sites
        if asked.get("license") != KEY:
            return {"success": False, "license": "invalid", "error": "missing"}
        refused = self._verdict(asked) if self._verdict(asked) in ("invalid_item_id", "item_name_mismatch") else None
        refused = refused or (None if site else "missing_url")
        if refused is None and site not in sites and len(sites) >= _SEATS:
            refused = "no_activations_left"
        if refused is not None:
            return {"success": False, "license": "invalid", "error": refused, "max_sites": _SEATS, **self._facts()}
        self._keep({*sites, site})
        return {"success": True, "license": "valid", **self._facts()}

    def _deactivate(self, asked: dict[str, str]) -> _Answer:
        site, sites = _site(asked), self.sites
        if asked.get("license") != KEY or site not in sites:
            return {"success": False, "license": "failed"}
        self._keep(set(sites) - {site})
        return {"success": True, "license": "deactivated", **self._facts()}

    def _keep(self, sites: set[str]) -> None:
        self._seats.write_text(json.dumps(sorted(sites)), encoding="utf-8")

    def _version(self, asked: dict[str, str]) -> _Answer:
        known = asked.get("item_id") == _ITEM or asked.get("item_name") == PRODUCT
        answer: _Answer = {"new_version": NEWEST_VERSION if known else False, "name": PRODUCT, "slug": "index.php"}
        return answer if known else {**answer, "msg": "License key is not valid for this product"}


def _site(asked: dict[str, str]) -> str:
    """What counts as one PC: scheme, ``www``, port and case are ignored."""
    url = asked.get("url", "")
    return (urlsplit(url if "//" in url else f"//{url}").hostname or "").lower().removeprefix("www.")


def receipt(link: str, bought: dt.datetime) -> tuple[str, str]:
    """Returns subject and HTML of the receipt: file and key, but not until when the licence is good."""
    file = f"<a href='{link.replace('&', '&amp;')}'>{FILE}</a>"
    return f"Your purchase at {NAME}", (
        "<html><body><p>Hello Ben,</p><p>thank you for your purchase!</p>"
        f"<p>Order: #{ORDER_NUMBER}<br>Date: {bought.date()}<br>Total: $64.00 USD</p>"
        f"<ul><li><strong>{PRODUCT}</strong><ul><li>{file}</li></ul></li></ul>"
        f"<p>Your licence keys:</p><p>{PRODUCT}: {KEY}</p><p>{NAME}</p></body></html>"
    )
