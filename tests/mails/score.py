"""How well e-mails are read: "mail → fields found / right / wrong / missing" over all mails of this folder.

Run with ``python -m tests.mails.score [FOLDER…]``.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from companion.domain.mail.inputs import Recognised
from companion.domain.purchases.facts import Field, item_key
from companion.services.app.cancellation import Cancellation
from companion.services.purchases.intake import Intake

HERE = Path(__file__).parent
GENUINE, FRAUD, OTHER = HERE / "genuine", HERE / "fraud", HERE / "other"
NOW = dt.datetime(2028, 12, 1, 12, 0, tzinfo=dt.UTC)

Value = tuple[str, str, str]
"""Item, field, value."""


class Score(NamedTuple):
    """What was read of one file against what stands in it."""

    name: str
    expected: frozenset[Value]
    found: frozenset[Value]
    problems: tuple[str, ...] = ()
    """Platforms, doubts and warnings that are not as they should be."""

    @property
    def right(self) -> frozenset[Value]:
        """What was found and stands there."""
        return self.expected & self.found

    @property
    def wrong(self) -> frozenset[Value]:
        """What was found and does not stand there."""
        return self.found - self.expected

    @property
    def missing(self) -> frozenset[Value]:
        """What stands there and was not found."""
        return self.expected - self.found


def mails(*folders: Path) -> Iterator[Path]:
    """Yields the mails of the folders that have right values beside them."""
    for folder in folders:
        yield from (path.with_suffix("") for path in sorted(folder.glob("*.json")))


def score(path: Path) -> Score:
    """Returns how well a file is read."""
    right = json.loads(path.with_name(f"{path.name}.json").read_text("utf-8"))
    listed: list[dict[str, Any]] = right if isinstance(right, list) else [right]
    read = [*Intake(lambda: NOW).read_file(path, Cancellation())]
    problems = [f"{len(read)} purchases found, {len(listed)} expected"] if len(read) != len(listed) else []
    expected: set[Value] = set()
    found: set[Value] = set()
    for number, each in enumerate(listed):
        expected |= {(f"{number}{item}", field, value) for item, field, value in _expected(each)}
    for number, recognised in enumerate(read):
        found |= {(f"{number}{item}", field, value) for item, field, value in _found(recognised)}
        if number < len(listed):
            problems += _problems(recognised, listed[number])
    return Score(path.name, frozenset(expected), frozenset(found), tuple(problems))


def _expected(right: dict[str, Any]) -> Iterator[Value]:
    yield from (("", field, value) for field, value in right["purchase"].items())
    for name, values in right["products"].items():
        item = item_key(Field.PRODUCT, name)
        yield item, "product", name
        yield from ((item, "key", key) for key in values.get("keys", ()))
        yield from ((item, field, value) for field, value in values.items() if field != "keys")
    for name, values in right["downloads"].items():
        item = item_key(Field.DOWNLOAD, name)
        yield item, "download", name
        yield from ((item, "downloadLink" if field == "link" else field, value) for field, value in values.items())


def _found(recognised: Recognised) -> Iterator[Value]:
    draft = recognised.draft
    if draft is None:
        return
    for fact in draft.facts:
        # The platform is compared apart, the sender's domain is a part of the sender.
        if fact.field not in (Field.STORE_KIND, Field.SENDER_DOMAIN):
            yield fact.about, fact.field.value, fact.value
    for kept in draft.secrets:
        yield kept.about, kept.field.value, kept.secret.reveal()


def _problems(recognised: Recognised, right: dict[str, Any]) -> Iterator[str]:
    if recognised.platform != right["platform"]:
        yield f"the platform is {recognised.platform}, expected {right['platform']}"
    doubts = list(recognised.doubts)
    for words in right["doubts"]:
        fitting = [doubt for doubt in doubts if words in doubt]
        if not fitting:
            yield f"no doubt about “{words}”"
        doubts = [doubt for doubt in doubts if doubt not in fitting]
    yield from (f"a doubt too many: {doubt}" for doubt in doubts)
    warning = right["warning"]
    if warning is None and recognised.warning is not None:
        yield f"a false alarm: {recognised.warning}"
    if warning is not None and warning not in (recognised.warning or ""):
        yield f"no warning of “{warning}” but: {recognised.warning}"


def report(scores: Iterable[Score]) -> Iterator[str]:
    """Yields a line for each mail, what is wrong or missing below it, and the totals."""
    listed = list(scores)
    for each in listed:
        yield (
            f"{each.name} → {len(each.found)} found / {len(each.right)} right / {len(each.wrong)} wrong"
            f" / {len(each.missing)} missing"
        )
        yield from (f"    wrong    {_line(value)}" for value in sorted(each.wrong))
        yield from (f"    missing  {_line(value)}" for value in sorted(each.missing))
        yield from (f"    {problem}" for problem in each.problems)
    stands = sum(len(each.expected) for each in listed)
    right = sum(len(each.right) for each in listed)
    yield (
        f"{len(listed)} mails: {sum(len(each.found) for each in listed)} found, {right} right,"
        f" {sum(len(each.wrong) for each in listed)} wrong, {stands - right} missing;"
        f" {100 * right / max(1, stands):.1f} % of what stands in them found"
    )


def _line(value: Value) -> str:
    item, field, text = value
    return f"{field} = {text}" + (f"   ({item[1:]})" if item[1:] else "")


if __name__ == "__main__":
    folders = [Path(each) for each in sys.argv[1:]] or [GENUINE, FRAUD, OTHER]
    sys.stdout.write("\n".join((*report(map(score, mails(*folders))), "")))
