"""Easy Digital Downloads with Software Licensing, asked at the shop's own address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from companion.domain.connectors import edd
from companion.domain.connectors.answers import (
    NO_LINK,
    ActivationAnswer,
    DownloadOffer,
    Outcome,
    PurchaseSecrets,
    StoreAnswer,
)
from companion.domain.connectors.capabilities import Capabilities
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.core.retry import parse_retry_after
from companion.domain.core.words.error_words import failure
from companion.domain.purchases.facts import Source, SourceKind
from companion.domain.purchases.purchase import Overview, Product
from companion.services.app.cancellation import Cancellation
from companion.services.http.patience import UNLIMITED, Patience
from companion.services.stores.exchange import ANSWER_SECONDS, Exchange, post_form


class EddStore:
    """Asks shops that run Easy Digital Downloads.

    `site` returns the address that stands for this PC wherever a shop counts seats: invented, and always the same.
    """

    def __init__(
        self,
        clock: Callable[[], dt.datetime],
        site: Callable[[], str],
        *,
        seconds: float = ANSWER_SECONDS,
        patience: Patience = UNLIMITED,
    ) -> None:
        """`seconds` is the longest that one answer may take."""
        self._patience = patience
        self._clock = clock
        self._site = site
        self._seconds = seconds

    @property
    def capabilities(self) -> Capabilities:
        """What this kind of store can do."""
        return edd.CAPABILITIES

    def read(self, purchase: Overview, secrets: PurchaseSecrets, cancellation: Cancellation) -> StoreAnswer:
        """Returns what the shop says of every product whose key is known."""
        return _together(
            self._clock(),
            [
                self._ask("check_license", purchase, product, secrets, cancellation, edd.judge_check)
                for product in purchase.products
                if product.item in secrets.keys
            ],
        )

    def newest_version(self, purchase: Overview, secrets: PurchaseSecrets, cancellation: Cancellation) -> StoreAnswer:
        """Returns the newest version of every product."""
        return _together(
            self._clock(),
            [
                self._ask("get_version", purchase, product, secrets, cancellation, edd.judge_version)
                for product in purchase.products
                if product.product_id or product.name
            ],
        )

    def download(
        self, purchase: Overview, item: str, secrets: PurchaseSecrets, cancellation: Cancellation
    ) -> DownloadOffer | StoreAnswer:
        """Returns the address from the e-mail.

        Each request counts there and bounded ranges are wrong, so it is asked for once, in order and up to its end.
        """
        del purchase
        cancellation.check()
        link = secrets.links.get(item)
        if link is None:
            return StoreAnswer(Outcome.DOES_NOT_TELL, self._clock(), said=NO_LINK)
        return DownloadOffer(link)

    def activate(
        self, purchase: Overview, item: str, secrets: PurchaseSecrets, cancellation: Cancellation
    ) -> ActivationAnswer:
        """Takes a seat for this PC."""
        done, answer = self._change("activate_license", "valid", purchase, item, secrets, cancellation)
        return ActivationAnswer(answer, done, self.instance_id() if done else None)

    def instance_id(self) -> Secret:
        """Returns the address that names the seat of this PC."""
        return Secret(self._site())

    def deactivate(
        self, purchase: Overview, item: str, secrets: PurchaseSecrets, cancellation: Cancellation
    ) -> StoreAnswer:
        """Frees the seat of this PC."""
        return self._change("deactivate_license", "deactivated", purchase, item, secrets, cancellation)[1]

    def _change(
        self,
        action: str,
        done: str,
        purchase: Overview,
        item: str,
        secrets: PurchaseSecrets,
        cancellation: Cancellation,
    ) -> tuple[bool, StoreAnswer]:
        product = next((found for found in purchase.products if found.item == item), None)
        if product is None or item not in secrets.keys:
            return False, StoreAnswer(Outcome.DOES_NOT_TELL, self._clock(), said="The licence key is not known here.")
        results: list[bool] = []

        def judge(media_type: str, body: bytes, asked: edd.Asked) -> StoreAnswer:
            happened, answer = edd.judge_change(media_type, body, asked, done)
            results.append(happened)
            return answer

        answer = self._ask(action, purchase, product, secrets, cancellation, judge)
        return any(results), answer

    def _ask(
        self,
        action: str,
        purchase: Overview,
        product: Product,
        secrets: PurchaseSecrets,
        cancellation: Cancellation,
        judge: Callable[[str, bytes, edd.Asked], StoreAnswer],
    ) -> StoreAnswer:
        now = self._clock()
        address = purchase.store.address
        if address is None:
            return StoreAnswer(Outcome.DOES_NOT_TELL, now, said="The shop's address is not known here; add it first.")
        source = Source(kind=SourceKind.STORE, name=purchase.store.name or address)
        key, site = secrets.keys.get(product.item), secrets.instance_ids.get(product.item) or self.instance_id()
        form = edd.form_of(
            action,
            key.reveal() if key else "",
            product_id=product.product_id,
            name=product.name,
            site=site.reveal(),
        )
        try:
            found = post_form(address, form, cancellation, seconds=self._seconds, patience=self._patience)
        except CompanionError as error:
            return StoreAnswer(Outcome.COULD_NOT_ASK, now, reason=error)
        refused = _refused(found, now)
        return refused or judge(found.media_type, found.body, edd.Asked(product.item, source, now))


def _refused(found: Exchange, now: dt.datetime) -> StoreAnswer | None:
    """What only the status says: a wall in front of the shop, or a server in trouble."""
    if found.status in (429, 503):
        seconds = parse_retry_after(found.headers.get("retry-after"), now.timestamp())
        wait = dt.timedelta(hours=1) if seconds is None else dt.timedelta(seconds=seconds)
        return StoreAnswer(Outcome.COULD_NOT_ASK, now, reason=failure(ErrorCode.STORE_ERROR), retry_at=now + wait)
    if 500 <= found.status < 600:
        return StoreAnswer(Outcome.COULD_NOT_ASK, now, reason=failure(ErrorCode.STORE_ERROR))
    if found.status in (301, 302, 303, 307, 308, 401, 403):
        return edd.could_not_ask("text/html", now)
    return None


def _together(now: dt.datetime, answers: Iterable[StoreAnswer]) -> StoreAnswer:
    """One answer for several products: told if one of them was, and the first reason where none was."""
    listed = list(answers)
    told = [answer for answer in listed if answer.outcome is Outcome.TOLD]
    if told:
        facts = tuple(fact for answer in told for fact in answer.facts)
        return StoreAnswer(Outcome.TOLD, now, facts, said=" ".join(filter(None, (answer.said for answer in listed))))
    if listed:
        return min(listed, key=lambda answer: answer.outcome is Outcome.DOES_NOT_TELL)
    return StoreAnswer(Outcome.DOES_NOT_TELL, now, said="The licence key is not known here; add it first.")
