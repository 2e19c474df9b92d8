"""The whole job in the terminal, step by step, against the embedded store. Nothing in it is acted."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from companion.cli.blocked import blocked_error
from companion.cli.context import CommandContext
from companion.cli.demo.purchases import ORDER_NUMBER as _NUMBER
from companion.cli.demo.purchases import add_by_hand, add_mails
from companion.cli.demo.workspace import Workspace, open_workspace
from companion.cli.error_report import ErrorReport
from companion.cli.output import EXIT_DONE, EXIT_OF_KIND
from companion.cli.terminal.interrupts import interruptible
from companion.domain.connectors import edd, woocommerce
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model, Secret
from companion.domain.core.text import counted, joined, plain_date, plain_money
from companion.domain.installation.ending import ending_error, ending_text
from companion.domain.overview.product_cards import charge_sentence, product_cards, status_sentence
from companion.domain.pc.finding import Finding, Severity
from companion.domain.purchases.words import ends_words
from companion.domain.reminders.text import date_words, reminder_text
from companion.domain.store.orders import Download, Licence, Order, Subscription
from companion.domain.store.profile import Profile, Stage
from companion.domain.transfers.models import Expected

if TYPE_CHECKING:
    from companion.demo.customers import Account
    from companion.domain.purchases.purchase import Overview
    from companion.services.app.cancellation import Cancellation
    from companion.services.container.store import Services
    from companion.services.downloads.order_downloads import Fetched

_WOO_FOLDER = "Reverb Shed"


class StepDone(Model, frozen=True):
    """One step: its stable name, what was done in a sentence, and how long it took."""

    name: str
    did: str
    seconds: float


class StepBegun(Model, frozen=True):
    """A step as ``--progress json`` reports it."""

    step: str
    state: str
    did: str | None = None
    seconds: float | None = None


class DemoResult(Model, frozen=True):
    """``demo``: everything that was done; `error` is why it did not come to its end."""

    store: str
    order_number: str
    steps: tuple[StepDone, ...]
    sha256: str | None
    verified: bool
    resumed_from: int | None
    path: str | None
    error: ErrorReport | None = None


def walk(context: CommandContext, root: Path) -> int:
    """Walk the journey in `root`; returns the exit code."""
    from companion.services.container.store import build_services

    asked = context.arguments
    begun = time.monotonic()
    with interruptible() as cancellation, open_workspace(root, size=asked.size, rate=asked.rate) as workspace:
        journey = Journey(context, workspace, cancellation)
        journey.tell("start-store", _started(workspace), begun)
        services = build_services(workspace.home, workspace.store.url, verbose=asked.verbose)
        try:
            journey.walk(services)
        finally:
            services.close()
        return journey.end()


class Journey:
    """The steps, and what came of them."""

    def __init__(self, context: CommandContext, workspace: Workspace, cancellation: Cancellation) -> None:
        self._context = context
        self._workspace = workspace
        self._cancellation = cancellation
        self._steps: list[StepDone] = []
        self._error: CompanionError | None = None
        self._fetched: Fetched | None = None
        self._bought: tuple[Overview, ...] = ()
        self._account: Account = next(
            account for account in workspace.store.accounts if account.order_number == _NUMBER
        )

    def tell(self, name: str, did: str, begun: float) -> None:
        """Note a finished step and show it."""
        step = StepDone(name=name, did=did, seconds=round(time.monotonic() - begun, 3))
        self._steps.append(step)
        self._context.output.line(f"{len(self._steps):>2}. {did}  ({step.seconds:.1f} s)")
        self._context.output.event(StepBegun(step=name, state="done", did=did, seconds=step.seconds))

    def walk(self, services: Services) -> None:
        """All steps; a failure ends the walk and is kept, and a PC that is not ready only leaves out the installing."""
        try:
            self._add_purchases(services)
            self._ask_shops(services)
            self._prepare(services)
            self._install(services)
        except CompanionError as error:
            self._error = error
        if self._error is None or self._fetched is not None:
            # Whatever kept it from being installed: the order is looked after to the end, and nothing is left behind.
            self._look_after(services)

    def end(self) -> int:
        """Print what was done and return the exit code."""
        done = self._fetched.transferred if self._fetched else None
        told = DemoResult(
            store=self._workspace.store.url,
            order_number=_NUMBER,
            steps=tuple(self._steps),
            sha256=done.sha256 if done else None,
            verified=done is not None and done.verified,
            resumed_from=done.resumed_from if done else None,
            path=str(done.path) if done else None,
            error=ErrorReport.of(self._error) if self._error else None,
        )
        if self._error is None:
            self._workspace.finish()
            self._context.output.result(
                told, "", "That was the whole job. Everything it used is in", f"  {self._workspace.root}"
            )
            return EXIT_DONE
        error = self._error
        self._context.output.result(told, "", error.title, f"  {error.message}", f"  → {error.hint}")
        return EXIT_OF_KIND[error.kind]

    @contextlib.contextmanager
    def _step(self, name: str) -> Iterator[Callable[[str], None]]:
        """One step; what is said at its end is its sentence."""
        self._cancellation.check()
        self._context.output.event(StepBegun(step=name, state="begun"))
        begun = time.monotonic()
        yield lambda did: self.tell(name, did, begun)

    # What was bought anywhere

    def _add_purchases(self, services: Services) -> None:
        owned = services.owned
        with self._step("add-mails") as say:
            self._bought = add_mails(owned, self._workspace.shops.mails, self._cancellation)
            names = joined([f"{each.name} ({each.store.name})" for each in self._bought])
            place = owned.keychain.place if owned.keychain.trouble is None else "memory, for this session only"
            say(f"Read the e-mails of three other shops and added what they say: {names}. Keys and links: in {place}.")
        with self._step("add-by-hand") as say:
            typed = add_by_hand(owned, self._workspace.state.begun_at)
            self._bought = (*self._bought, typed)
            ends = _ends(typed, owned.zone)
            say(f"Added {typed.name} by hand, which no shop tells of: order {typed.order_number}, {ends}.")

    def _ask_shops(self, services: Services) -> None:
        asking = services.owned.asking
        by_kind = {each.store.kind: each for each in self._bought}
        with self._step("ask-edd-shop") as say:
            bought = by_kind[edd.KIND]
            answer = asking.refresh.one(bought.id, self._cancellation).answer
            if answer.reason is not None:
                raise answer.reason
            say(_told(services.owned.purchases.get(bought.id), services.zone))
        with self._step("download-from-woocommerce") as say:
            bought = by_kind[woocommerce.KIND]
            folder = services.folders.downloads / _WOO_FOLDER
            done = asking.downloads.download(
                bought.id, None, folder, cancellation=self._cancellation, progress=self._context.output.progress
            )
            self._context.output.end_bar()
            say(
                f"Downloaded {done.path.name} ({done.size:,} bytes) by the link of {bought.store.name}'s e-mail. It is "
                "complete; whether it is what the shop has, only a shop that names a fingerprint can tell."
            )

    def _show_purchases(self, services: Services) -> None:
        with self._step("show-purchases") as say:
            services.owned.mirror.run()
            listed = services.owned.purchases.all()
            shops = {each.store.name for each in listed if each.store.name}
            ends = "; ".join(f"{each.name} {_ends(each, services.zone)}" for each in listed)
            say(f"{counted(len(listed), 'purchase')} of {counted(len(shops), 'shop')} and by hand: {ends}.")

    # The first half: until the file is here and proven

    def _prepare(self, services: Services) -> None:
        profile = self._find_order(services)
        self._show_purchases(services)
        order = services.orders.lookup.order(_NUMBER)
        licence = order.licences[0]
        self._show_licence(services, order, profile)
        for on in (False, True):
            self._switch(services, licence, on)
        order = services.orders.lookup.order(_NUMBER)
        self._check(services, Stage.DOWNLOAD, profile, order.downloads_of(licence)[0])
        self._download(services, order.downloads_of(licence)[0])

    def _find_order(self, services: Services) -> Profile:
        orders = services.orders
        with self._step("find-order") as say:
            profile = orders.lookup.profile()
            orders.lookup.add(_NUMBER, Secret(self._account.order_password))
            order = orders.lookup.order(_NUMBER)
            say(f"Logged in at {profile.store.name} and found order {_NUMBER}: {order.line_items[0].name}.")
        with self._step("keep-credentials") as say:
            if orders.lookup.in_keychain(_NUMBER):
                say(f"The order password lies in {services.keychain.place}, and was read back from there.")
            else:
                say(f"The order password is kept for this session only. {services.keychain.trouble or ''}".rstrip())
        return profile

    def _show_licence(self, services: Services, order: Order, profile: Profile) -> None:
        with self._step("show-licence") as say:
            date = plain_date(services.zone)
            seat = services.this_pc.seat_id
            card = product_cards([order], profile, services.clock(), services.zone, this_seat=seat)[0]
            said = status_sentence(card, date), charge_sentence(card, date, plain_money)
            say(f"{card.product_name}: {' '.join(said)}")

    def _switch(self, services: Services, licence: Licence, on: bool) -> None:
        word = "on" if on else "off"
        with self._step(f"auto-renew-{word}") as say:
            plan = _plan(services.orders.lookup.order(_NUMBER), licence)
            order, receipt = services.orders.actions.switch_auto_renew(_NUMBER, plan, on)
            now = _plan(order, licence)
            says = "on" if now.auto_renew else "off"
            say(f"Auto-renewal is {word}: receipt {receipt.id}. Asked again, the store says {says}.")

    def _check(self, services: Services, stage: Stage, profile: Profile, download: Download) -> None:
        with self._step(f"check-{stage.value}") as say:
            installations = services.installations
            grant = self._fetched.grant if self._fetched else None
            folder = services.order_downloads.folder(_NUMBER)
            needed = installations.requirements(profile, download, folder, grant)
            rows = installations.look(stage, needed, self._cancellation)
            blocking = [row for row in rows if row.severity is Severity.BLOCKS]
            say(_looked(rows, stage))
            if blocking:
                raise blocked_error(blocking)

    def _download(self, services: Services, download: Download) -> None:
        from companion.services.downloads.verify import verify

        with self._step("download") as say:
            fetched = services.order_downloads.download(
                _NUMBER, download.artifact_id, cancellation=self._cancellation, progress=self._context.output.progress
            )
            done = fetched.transferred
            self._context.output.end_bar()
            again = f", going on from byte {done.resumed_from:,}" if done.resumed_from else ""
            say(f"Downloaded {done.path.name} ({done.size:,} bytes{again}) to {done.path.parent}.")
        with self._step("verify") as say:
            proof = verify(
                done.path, Expected.of(fetched.grant), cancellation=self._cancellation, progress=lambda _: None
            )
            if not proof.ok:
                raise CompanionError(
                    ErrorCode.FILE_DAMAGED,
                    "The file is not what the store has",
                    f"{done.path.name} was changed after it had been downloaded.",
                    "Start the demo again: what is damaged is fetched anew.",
                )
            self._fetched = fetched
            say(f"Read it once more: its SHA-256 is the one the store promised, {proof.sha256}.")

    # The second half

    def _install(self, services: Services) -> None:
        assert self._fetched is not None  # noqa: S101 - the first half ends with it
        fetched, profile = self._fetched, services.orders.lookup.profile()
        order = services.orders.lookup.order(_NUMBER)
        licence = order.licences[0]
        self._check(services, Stage.INSTALL, profile, order.downloads_of(licence)[0])
        with self._step("install") as say:
            installed = services.installations.install(
                _NUMBER, licence, fetched.grant, fetched.transferred.path, profile, lambda _: None, self._cancellation
            )
            result = installed.result
            seat = " This PC has taken a seat of the licence." if installed.licence else ""
            say(f"Ran the installer (exit code {result.exit_code}): {ending_text(result).message}{seat}")
            if error := ending_error(result):
                raise error

    def _look_after(self, services: Services) -> None:
        with self._step("remind") as say:
            say(self._reminders(services))
        with self._step("forget-purchases") as say:
            for each in self._bought:
                services.owned.purchases.remove(each.id)
            say(f"Forgot {counted(len(self._bought), 'purchase')} from elsewhere, with the keys and links.")
        with self._step("forget") as say:
            services.orders.lookup.remove(_NUMBER)
            if services.orders.lookup.in_keychain(_NUMBER) is False:
                say(f"Forgot order {_NUMBER}; {services.keychain.place} was asked and holds nothing of it any more.")
            else:
                say(f"Forgot order {_NUMBER}; nothing of its password was ever written down.")

    def _reminders(self, services: Services) -> str:
        found, date = services.reminders.agenda(), plain_date(services.zone)
        told = [reminder_text(reminder, date, plain_money).title for reminder in found.due]
        ahead = [f"{date_words(subject)} on {date(subject.date)}" for subject in found.ahead]
        due_now = f"Due now: {'; '.join(told)}." if told else "Nothing is due now."
        return f"{due_now} Ahead: {'; '.join(ahead)}." if ahead else due_now


def _started(workspace: Workspace) -> str:
    shops = workspace.shops
    return (
        f"A store of its own answers at {workspace.store.url}; two ordinary shops beside it, one with WooCommerce at "
        f"{shops.woocommerce.url}, one with Easy Digital Downloads at {shops.edd.url}."
    )


def _ends(purchase: Overview, zone: dt.tzinfo) -> str:
    """Until when the first product is good, in a few words."""
    return ends_words(purchase.products[0].expires, plain_date(zone))


def _told(purchase: Overview, zone: dt.tzinfo) -> str:
    """What the shop said of a purchase of one product, beyond what its e-mail says."""
    product = purchase.products[0]
    asked = f"Asked {purchase.store.name} with the licence key of {product.name}, which takes no seat"
    seats = f"{product.seats.used} of {product.seats.limit} seats taken"
    newest = f", newest version {product.newest_version}" if product.newest_version else ""
    return f"{asked}: {_ends(purchase, zone)}, {seats}{newest}."


def _plan(order: Order, licence: Licence) -> Subscription:
    plan = order.subscription_of(licence)
    assert plan is not None  # noqa: S101 - the demo's order renews
    return plan


def _looked(rows: tuple[Finding, ...], stage: Stage) -> str:
    doing = "download" if stage is Stage.DOWNLOAD else "installation"
    blocking = [row.title for row in rows if row.severity is Severity.BLOCKS]
    warning = [row.title for row in rows if row.severity is Severity.WARNS]
    said = f"Looked at this PC in {len(rows)} ways for the {doing}: "
    said += f"blocked by {'; '.join(blocking)}." if blocking else "nothing blocks it."
    return said + (f" Worth knowing: {'; '.join(warning)}." if warning else "")
