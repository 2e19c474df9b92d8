"""All kinds of stores with what can be done at each, as people read it."""

from __future__ import annotations

from companion.domain.connectors import edd, store_api, woocommerce
from companion.domain.connectors.capabilities import Capabilities, Capability, Way

KINDS = (store_api.CAPABILITIES, edd.CAPABILITIES, woocommerce.CAPABILITIES)
"""Every kind of store that has a connector."""

ANY_OTHER = Capabilities(
    kind="",
    title="any other shop",
    ways={
        Capability.READ: Way.EMAIL,
        Capability.DOWNLOAD: Way.EMAIL,
        Capability.INVOICE: Way.EMAIL,
        Capability.PAYMENTS: Way.EMAIL,
        Capability.SHIPPING: Way.EMAIL,
        Capability.BACKUP_MEDIUM: Way.NONE,
    },
)
"""What remains where programs cannot ask: its e-mails, and its own page."""

TITLES = {
    Capability.READ: "what you own, and until when",
    Capability.SEATS: "seats: used and left",
    Capability.ACTIVATE: "take or free the seat of this PC",
    Capability.SWITCH_AUTO_RENEW: "switch auto-renewal",
    Capability.DOWNLOAD: "download",
    Capability.EXTEND_DOWNLOAD: "have a closed download opened again",
    Capability.NEWEST_VERSION: "the newest version",
    Capability.INVOICE: "invoice",
    Capability.RETURNS: "returns",
    Capability.PAYMENTS: "charges and refunds",
    Capability.SHIPPING: "parcels",
    Capability.BACKUP_MEDIUM: "backup medium",
    Capability.SUPPORT_CASE: "a case with support",
}
WORDS = {Way.LIVE: "live", Way.EMAIL: "from its e-mails", Way.PAGE: "on its page", Way.NONE: "not offered"}


def capability_table() -> str:
    """Returns what can be done at which kind of store, as a table in Markdown."""
    stores = (*KINDS, ANY_OTHER)
    rows = [
        ["", *(store.title for store in stores)],
        ["---"] * (len(stores) + 1),
        *([TITLES[each], *(WORDS[store.way(each)] for store in stores)] for each in Capability),
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows).replace("|  |", "| |")
