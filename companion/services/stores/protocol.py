"""What every connector offers."""

from __future__ import annotations

from typing import Protocol

from companion.domain.connectors.answers import ActivationAnswer, DownloadOffer, PurchaseSecrets, StoreAnswer
from companion.domain.connectors.capabilities import Capabilities
from companion.domain.core.model import Secret
from companion.domain.purchases.purchase import Overview
from companion.services.app.cancellation import Cancellation


class StoreConnector(Protocol):
    """One kind of store. Every method may block and is never called on the GUI thread.

    `read`, `newest_version` and `download` change nothing at the store. No method raises for what a store answers or
    for one that does not answer: that is a `StoreAnswer`. Raises `Cancelled`, and `CompanionError` for wrong use.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this kind of store can do."""
        ...

    def read(self, purchase: Overview, secrets: PurchaseSecrets, cancellation: Cancellation) -> StoreAnswer:
        """Returns what the store says of a purchase now."""
        ...

    def newest_version(self, purchase: Overview, secrets: PurchaseSecrets, cancellation: Cancellation) -> StoreAnswer:
        """Returns the newest version of each product, as facts about its version."""
        ...

    def download(
        self, purchase: Overview, item: str, secrets: PurchaseSecrets, cancellation: Cancellation
    ) -> DownloadOffer | StoreAnswer:
        """Returns where a file of the purchase comes from; a `StoreAnswer` says why it cannot be had."""
        ...

    def instance_id(self) -> Secret | None:
        """Returns what will name the seat of this PC, so that it can be kept before it is taken.

        None where the store hands it out, or has no seats.
        """
        ...

    def activate(
        self, purchase: Overview, item: str, secrets: PurchaseSecrets, cancellation: Cancellation
    ) -> ActivationAnswer:
        """Takes a seat for this PC; the person has agreed."""
        ...

    def deactivate(
        self, purchase: Overview, item: str, secrets: PurchaseSecrets, cancellation: Cancellation
    ) -> StoreAnswer:
        """Frees the seat of this PC; the person has agreed."""
        ...
