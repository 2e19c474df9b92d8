"""What asking a store led to, and what a connector is given to ask with."""

from __future__ import annotations

import enum
from typing import NamedTuple

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Instant, Secret
from companion.domain.purchases.facts import Fact

NO_LINK = "The link of this download is not kept in this computer's keychain; the e-mail of the purchase has it."


class Outcome(enum.StrEnum):
    """How asking ended. Only `TOLD` says anything about the purchase."""

    TOLD = "told"
    DOES_NOT_TELL = "doesNotTell"
    """The store answered, but not this question: for example it does not know the product's id."""
    COULD_NOT_ASK = "couldNotAsk"
    """No answer that means anything: no network, a sign-in or challenge page, an error, too slow, too large."""


class StoreAnswer(NamedTuple):
    """One answer: its facts, and in case of `COULD_NOT_ASK` why (`reason`) and from when asking again makes sense.

    `said` is a sentence for people about what the store said, for `DOES_NOT_TELL` always. `retry_at` is None where the
    usual plan applies. `complete` says that the facts are all that the store says of the purchase: what it said
    before and no longer says is over.
    """

    outcome: Outcome
    asked_at: Instant
    facts: tuple[Fact, ...] = ()
    said: str = ""
    reason: CompanionError | None = None
    retry_at: Instant | None = None
    complete: bool = False


class ActivationAnswer(NamedTuple):
    """What taking a seat led to; `instance_id` frees it again and goes into the keychain before anything else."""

    answer: StoreAnswer
    activated: bool = False
    instance_id: Secret | None = None


class DownloadOffer(NamedTuple):
    """Where a purchased file comes from, and how the server there wants to be asked.

    `address` opens the download, so it is a secret. `name`, `size` and `sha256` are what the store promises of the
    file, not what an e-mail calls it. `most_connections` is 1 where each request counts or ranges are wrong;
    `resumable` says whether a request for the rest of the file is understood.
    """

    address: Secret
    name: str | None = None
    size: int | None = None
    sha256: str | None = None
    most_connections: int = 1
    resumable: bool = True


class PurchaseSecrets(NamedTuple):
    """What the keychain holds of a purchase, by item: licence keys, addresses of downloads, ids of activations."""

    keys: dict[str, Secret]
    links: dict[str, Secret]
    instance_ids: dict[str, Secret]
