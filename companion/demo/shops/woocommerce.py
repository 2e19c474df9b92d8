"""A shop that runs WooCommerce: it hands out files by the links of its order e-mails and tells programs nothing."""

from __future__ import annotations

import datetime as dt

from werkzeug.wrappers import Request, Response

from companion.demo.serving import LoopbackServer
from companion.demo.shops.files import archive

NAME = "Tern & Tide Audio"
SENDER = "shop@tern-tide.example"
PRODUCT = "Reverb Shed"
FILE = "reverb-shed-3.1.zip"
ORDER_NUMBER = "1187"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ORDER_KEY = "wc_order_7Qm2xLt9KdRbA"
_LINK_KEY = "5b0c7e52-0d5e-4f0a-8a61-2f6f3f1d9c40"
_PAGE = "<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"


class WooCommerceShop:
    """The shop, running on loopback until `close`."""

    def __init__(self, *, port: int = 0) -> None:
        """Raises `OSError` when the port cannot be had."""
        self._server = LoopbackServer("127.0.0.1", port, Request.application(self._answer))
        self.port, self.url = self._server.port, self._server.url

    @property
    def link(self) -> str:
        """The download link of the order e-mail."""
        return f"{self.url}/?download_file=31&order={_ORDER_KEY}&email=ben.ortiz%40mail.example&key={_LINK_KEY}"

    def close(self) -> None:
        """Stop serving."""
        self._server.close()

    def _answer(self, request: Request) -> Response:
        asked = request.args
        if "download_file" not in asked:
            return _page(200 if request.path == "/" else 404, NAME, "Instruments and effects for small studios.")
        if (asked.get("order"), asked.get("key")) != (_ORDER_KEY, _LINK_KEY):
            return _page(404, "Invalid download link", "Please look into your order e-mail.")
        content = archive(PRODUCT)
        response = Response(content, mimetype="application/force-download")
        response.headers["Content-Disposition"] = f'attachment; filename="{FILE}";'
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        # As the real system: ranges are right, but there is neither an ETag nor a date to hold them together.
        return response.make_conditional(request, accept_ranges=True, complete_length=len(content))


def _page(status: int, title: str, text: str) -> Response:
    return Response(_PAGE.format(title=title.replace("&", "&amp;"), text=text), status=status, mimetype="text/html")


def order_mail(link: str, bought: dt.datetime) -> tuple[str, str]:
    """Returns subject and HTML of the e-mail that confirms the order; the download stays open for a year."""
    until = bought.date() + dt.timedelta(days=365)
    cells = (
        f"<tr><td>{PRODUCT}</td><td><time datetime='{until}'>{_day(until)}</time></td>"
        f"<td><a href='{link.replace('&', '&amp;')}'>{FILE}</a></td></tr>"
    )
    return f"Your {NAME} order is now complete", (
        "<html><body><h1>Thanks for shopping with us</h1><p>Hi Ben,</p><p>We have finished processing your order.</p>"
        "<h2>Downloads</h2><table><thead><tr><th>Product</th><th>Expires</th><th>Download</th></tr></thead>"
        f"<tbody>{cells}</tbody></table>"
        f"<h2>[Order #{ORDER_NUMBER}] (<time datetime='{bought.isoformat()}'>{_day(bought.date())}</time>)</h2>"
        "<table><thead><tr><th>Product</th><th>Quantity</th><th>Price</th></tr></thead><tbody>"
        f"<tr><td>{PRODUCT}</td><td>1</td><td>$49.00</td></tr></tbody><tfoot>"
        "<tr><th colspan='2'>Total:</th><td>$49.00 USD</td></tr></tfoot></table>"
        "<p>Thanks for using tern-tide.example!</p></body></html>"
    )


def _day(day: dt.date) -> str:
    """A day as an English shop writes it, whatever the language of this PC."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"
