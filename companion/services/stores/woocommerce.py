"""WooCommerce: downloads by the links of the order mail; everything else is in its e-mails and on its page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from companion.domain.connectors import woocommerce
from companion.domain.connectors.answers import (
    NO_LINK,
    ActivationAnswer,
    DownloadOffer,
    Outcome,
    PurchaseSecrets,
    StoreAnswer,
)
from companion.domain.connectors.capabilities import Capabilities
from companion.domain.core.model import Secret
from companion.domain.purchases.purchase import Overview
from companion.services.app.cancellation import Cancellation

_IN_ITS_MAILS = "This shop tells it in its e-mails only; drop the newest one here."
_ON_ITS_PAGE = "This shop offers that on its own page only."


class WooCommerceStore:
    """Reads nothing live, because there is nothing to ask; downloads are counted, so each is asked for once."""

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        self._clock = clock

    @property
    def capabilities(self) -> Capabilities:
        """What this kind of store can do."""
        return woocommerce.CAPABILITIES

    def read(self, purchase: Overview, secrets: PurchaseSecrets, cancellation: Cancellation) -> StoreAnswer:
        """Returns that the shop does not tell; looking at a download link would use it up."""
        del purchase, secrets
        cancellation.check()
        return StoreAnswer(Outcome.DOES_NOT_TELL, self._clock(), said=_IN_ITS_MAILS)

    def newest_version(self, purchase: Overview, secrets: PurchaseSecrets, cancellation: Cancellation) -> StoreAnswer:
        """Returns that the shop does not tell."""
        return self.read(purchase, secrets, cancellation)

    def download(
        self, purchase: Overview, item: str, secrets: PurchaseSecrets, cancellation: Cancellation
    ) -> DownloadOffer | StoreAnswer:
        """Returns the link of the order mail, used byte for byte.

        A plain request starts the download, since only that is counted right; a range is asked for only to continue.
        """
        del purchase
        cancellation.check()
        link = secrets.links.get(item)
        if link is None:
            return StoreAnswer(Outcome.DOES_NOT_TELL, self._clock(), said=NO_LINK)
        return DownloadOffer(link)

    def instance_id(self) -> Secret | None:
        """Returns None: the shop has no seats."""
        return None

    def activate(
        self, purchase: Overview, item: str, secrets: PurchaseSecrets, cancellation: Cancellation
    ) -> ActivationAnswer:
        """Returns that the shop has no seats to take."""
        del purchase, item, secrets
        cancellation.check()
        return ActivationAnswer(StoreAnswer(Outcome.DOES_NOT_TELL, self._clock(), said=_ON_ITS_PAGE))

    def deactivate(
        self, purchase: Overview, item: str, secrets: PurchaseSecrets, cancellation: Cancellation
    ) -> StoreAnswer:
        """Returns that the shop has no seats to free."""
        return self.activate(purchase, item, secrets, cancellation).answer
