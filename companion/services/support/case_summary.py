"""The lines of a case file that can be read out on the telephone: what it is about, what was tried, and this PC."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from companion.domain.core.text import counted, joined, plain_date, plain_moment, size_in_words
from companion.domain.pc.facts import Machine, System
from companion.domain.pc.finding import Finding, Severity
from companion.services.storage.records import CHECKED, TimelineEntry
from companion.services.store.attempts import FAILED
from companion.services.support.case_values import CaseFile, CaseOrder, CasePurchase

MOST_LINES = 10
_STEPS_TOLD = 3


def summary_lines(case: CaseFile, store_name: str, zone: dt.tzinfo) -> tuple[str, ...]:
    """Returns at most ten lines, in the order in which support asks."""
    show = plain_moment(zone)
    lines = [f"Case of {show(case.created_at)}, {case.program}."]
    if case.purchase is not None:
        lines += _of_purchase(case.purchase)
    else:
        lines += _of_order(case, store_name, zone)
    lines += [_steps(case.timeline, zone), _errors(case.timeline), _machine(case.machine), _system(case.system)]
    lines += [_findings(case.findings)]
    return tuple(line for line in lines if line)[:MOST_LINES]


def _of_order(case: CaseFile, store_name: str, zone: dt.tzinfo) -> list[str]:
    order = next((each for each in case.orders if each.number == case.order_number), None)
    if order is None:
        return [f"It is about no order in particular; the store is {store_name}."]
    date = plain_date(zone)
    placed = f", ordered on {date(order.placed_at)}" if order.placed_at is not None else ""
    state = f", {order.status}" if order.status is not None else ", not read yet"
    what = f": {joined(order.products)}" if order.products else ""
    others = len(case.orders) - 1
    more = f" The file also holds {counted(others, 'other order')}." if others else ""
    return [f"Order {order.number} at {store_name}{placed}{state}{what}.{more}", *_licences(order, zone)]


def _licences(order: CaseOrder, zone: dt.tzinfo) -> list[str]:
    date = plain_date(zone)
    said = [
        f"{each.product_name}: {each.status}"
        + (f" until {date(each.expires_at)}" if each.expires_at is not None else "")
        + f", {each.seats_used} of {counted(each.seats_total, 'seat')} used"
        for each in order.licences
    ]
    files = [
        f"version {each.version}, {size_in_words(each.size)}"
        + (f", open until {date(each.available_until)}" if each.available_until is not None else "")
        for each in order.downloads
    ]
    lines = [f"Licence: {'; '.join(said)}."] if said else []
    return lines + ([f"Download: {'; '.join(files)}."] if files else [])


def _of_purchase(purchase: CasePurchase) -> list[str]:
    names = joined([product.name for product in purchase.products if product.name]) or "a product"
    where = purchase.store or purchase.maker
    number = f", order {purchase.order_number}" if purchase.order_number else ""
    bought = f", bought on {purchase.bought_on}" if purchase.bought_on else ""
    lines = [f"{names}{f' from {where}' if where else ''}{number}{bought}."]
    for product in purchase.products:
        version = f"version {product.version}, " if product.version else ""
        until = f", until {product.expires}" if product.expires else ""
        lines.append(f"{product.name or 'Product'}: {version}state {product.state}{until}.")
    return lines[:_STEPS_TOLD]


def _steps(timeline: Sequence[TimelineEntry], zone: dt.tzinfo) -> str:
    show = plain_moment(zone)
    # Each look at the PC is a step too, also the one for this case file.
    told = [step for step in timeline if step.event != CHECKED]
    done = [f"{show(step.at)}: {_step(step)}" for step in told[-_STEPS_TOLD:]]
    return f"Last steps: {'; '.join(done)}." if done else "Nothing has been tried yet."


def _step(step: TimelineEntry) -> str:
    what = step.facts.get("what")
    code = step.facts.get("code")
    return f"{step.event}{f' ({what})' if what else ''}{f', {code}' if code else ''}"


def _errors(timeline: Sequence[TimelineEntry]) -> str:
    codes = Counter(str(step.facts["code"]) for step in timeline if step.event == FAILED and step.facts.get("code"))
    said = [f"{code}, {counted(count, 'time')}" for code, count in codes.most_common(_STEPS_TOLD)]
    return f"Errors: {'; '.join(said)}." if said else "No errors were met."


def _machine(machine: Machine | None) -> str:
    named = " ".join(part.strip() for part in (machine.maker, machine.model)).strip() if machine is not None else ""
    return f"PC: {named}." if named else "PC: its maker is not known."


def _system(system: System | None) -> str:
    if system is None:
        return "System: not known."
    memory = f", {size_in_words(system.memory)} of memory" if system.memory else ""
    return f"System: {system.name} {system.version}, {system.architecture}{memory}."


def _findings(findings: Sequence[Finding]) -> str:
    blocking = [finding.title for finding in findings if finding.severity is Severity.BLOCKS]
    warning = [finding.title for finding in findings if finding.severity is Severity.WARNS]
    if blocking:
        return f"In the way of installing: {'; '.join(blocking)}."
    if warning:
        return f"Nothing blocks an installation. To look at: {'; '.join(warning)}."
    return "Nothing was found that blocks an installation." if findings else "This PC was not checked."
