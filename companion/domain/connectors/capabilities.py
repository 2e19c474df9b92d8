"""What a kind of store can do for its customers, and how it is reached."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from companion.domain.core.model import Model


class Capability(enum.StrEnum):
    """One thing that a page or a command may want of a store."""

    READ = "read"
    """What was bought, until when, in which state."""
    SEATS = "seats"
    """How many PCs use a licence, and how many may."""
    ACTIVATE = "activate"
    """Take or free a seat for this PC."""
    SWITCH_AUTO_RENEW = "switchAutoRenew"
    DOWNLOAD = "download"
    EXTEND_DOWNLOAD = "extendDownload"
    """Have a closed download window opened again."""
    NEWEST_VERSION = "newestVersion"
    INVOICE = "invoice"
    RETURNS = "returns"
    PAYMENTS = "payments"
    """Every charge and refund."""
    SHIPPING = "shipping"
    BACKUP_MEDIUM = "backupMedium"
    SUPPORT_CASE = "supportCase"


class Way(enum.StrEnum):
    """How a store offers a capability."""

    LIVE = "live"
    """The program asks the store."""
    EMAIL = "email"
    """The store's e-mails say it; drop them on the window."""
    PAGE = "page"
    """The person does it on the store's own page."""
    NONE = "none"


class Capabilities(Model, frozen=True):
    """What one kind of store offers; `title` is what people call it. What is not listed is offered on its page."""

    kind: str
    title: str
    ways: Mapping[Capability, Way]

    def way(self, capability: Capability) -> Way:
        """Returns how `capability` is offered."""
        return self.ways.get(capability, Way.PAGE)

    def live(self, capability: Capability) -> bool:
        """Whether the program itself can do it."""
        return self.way(capability) is Way.LIVE
