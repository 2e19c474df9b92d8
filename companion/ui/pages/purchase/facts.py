"""What is known of a purchase, by whom and since when; each value can be changed in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from companion.domain.core.errors import CompanionError
from companion.domain.core.text import FormatDate, sentence_start
from companion.domain.purchases.facts import SECRET_FIELDS, Fact, Field
from companion.domain.purchases.purchase import Conflict, Overview, resolve
from companion.domain.purchases.words import FIELD_WORDS, source_words, value_words
from companion.ui.look.format import Format
from companion.ui.widgets.basic import Card, button, clear, column, focusable, label, line, row
from companion.ui.widgets.notice import Notice

Keep = Callable[[Field, str, str, Callable[[CompanionError], None]], object]
"""Keeps a value as the person's word: field, text, name of the item, and where a failure goes."""

_OFFERED = (
    *(Field.EXPIRES, Field.AUTO_RENEW, Field.RENEWS_ON, Field.RENEWAL_PRICE, Field.CANCEL_BY, Field.RETURN_BY),
    *(Field.BOUGHT_ON, Field.PRICE, Field.ORDER_NUMBER, Field.STORE_NAME, Field.MANAGE_PAGE, Field.NOTE),
)
"""What is worth knowing of every purchase; where no source tells it, it can be added."""
_TECHNICAL = frozenset(
    {
        *(Field.STORE_KIND, Field.SENDER_DOMAIN, Field.PRODUCT_ID, Field.ACTIVATION),
        *(Field.DOWNLOAD_LINK, Field.KEY),
    }
)


_AT_FIRST = 3
_ABOVE_TEXT = 7
"""Pixels above the words of a row, which stand in the middle of the height of its link."""
_GROUPS = {"product": 0, "": 1, "download": 2}


def said_words(fact: Fact, form: Format) -> str:
    """Returns who said something and when."""
    return f"{source_words(fact.source)}, {form.date(fact.said_at)}"


def name_of_item(found: Overview, about: str) -> str:
    """Returns the name of the product or download a fact is about; empty for the purchase itself."""
    names = {product.item: product.name for product in found.products}
    names |= {download.item: download.name for download in found.downloads}
    return names.get(about) or about.partition(":")[2]


class FactsCard(Card):
    """Every value with its source, and what is not known."""

    def __init__(self, found: Overview, form: Format, ends: FormatDate, keep: Keep) -> None:
        super().__init__(spacing=8)
        self._found, self._form, self._ends, self._keep = found, form, ends, keep
        self.add(label("What is known", "heading"))
        rows: list[QWidget] = []
        groups: dict[tuple[str, Field], list[Fact]] = {}
        for fact in found.facts:
            groups.setdefault((fact.about, fact.field), []).append(fact)
        for (about, field), facts in sorted(groups.items(), key=lambda pair: _place(*pair[0])):
            if field not in _TECHNICAL:
                rows.append(FactRow(self, about, field, resolve(facts)[0]))
        known = {field for _, field in groups}
        unknown: list[FactRow] = []
        product = found.products[0].item if len(found.products) == 1 else None
        for field in _OFFERED:
            place = product if field is Field.EXPIRES else ""
            if field not in known and place is not None:
                unknown.append(FactRow(self, place, field, None))
        for each in rows:
            self.add(each)
        self._add_unknown(unknown)

    def _add_unknown(self, unknown: list[FactRow]) -> None:
        """What is not known stays folded up, except what matters most."""
        for each in unknown[:_AT_FIRST]:
            self.add(each)
        rest = unknown[_AT_FIRST:]
        for each in rest:
            each.hide()
            self.add(each)
        if rest:
            more = button(f"Show {len(rest)} more that are not known", lambda: unfold(), "link")
            self.add(row(more, None))

        def unfold() -> None:
            for each in rest:
                each.show()
            more.hide()
            next(iter(focusable(rest[0]))).setFocus()

    def name(self, about: str, field: Field) -> str:
        """Returns what a row is called; with several products their names are part of it."""
        item = name_of_item(self._found, about)
        several = len(self._found.products) + len(self._found.downloads) > 1
        return f"{FIELD_WORDS[field]}: {item}" if item and several else FIELD_WORDS[field]

    def words(self, fact: Fact) -> str:
        """Returns a value as a person reads it."""
        return value_words(fact, self._ends, self._form.money)

    def said(self, fact: Fact) -> str:
        """Returns the source of a value, and the words it stood in."""
        quote = f" · “{fact.quote}”" if fact.quote else ""
        words = said_words(fact, self._form)
        return f"{sentence_start(words)}{quote}"

    def keep(self, about: str, field: Field, text: str, failed: Callable[[CompanionError], None]) -> None:
        """Keep what was typed in a row."""
        self._keep(field, text, name_of_item(self._found, about), failed)


def _place(about: str, field: Field) -> tuple[int, str, int]:
    """What rows are sorted by: the products, the purchase itself, its downloads."""
    return _GROUPS[about.partition(":")[0]], about, list(Field).index(field)


class FactRow(QWidget):
    """One value; "Change" turns it into a field."""

    def __init__(self, card: FactsCard, about: str, field: Field, fact: Fact | None) -> None:
        super().__init__()
        self._card, self._about, self._field, self._fact = card, about, field, fact
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 2)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(1)
        self._grid.setColumnStretch(1, 1)
        self._name = card.name(about, field)
        caption = label(self._name, "muted", columns=19)
        caption.setContentsMargins(0, _ABOVE_TEXT, 0, 0)
        self._grid.addWidget(caption, 0, 0, Qt.AlignmentFlag.AlignTop)
        self._place = QVBoxLayout()
        self._place.setSpacing(2)
        self._grid.addLayout(self._place, 0, 1)
        self._show_value()

    def _show_value(self) -> None:
        clear(self._place)
        text = "Change" if self._fact is not None else "Add"
        change = button(text, self._edit, "link", name=f"{text}: {self._name}")
        value = label(self._card.words(self._fact) if self._fact is not None else "Not known",
                      "" if self._fact is not None else "muted", selectable=True)  # fmt: skip
        line = row(spacing=8)
        line.addWidget(value, 1)
        if self._field not in SECRET_FIELDS:
            line.addWidget(change)
        else:
            value.setContentsMargins(0, _ABOVE_TEXT, 0, _ABOVE_TEXT)
        self._place.addLayout(line)
        if self._fact is not None:
            self._place.addWidget(label(self._card.said(self._fact), "small"))

    def _edit(self) -> None:
        clear(self._place)
        typed = QLineEdit(self._fact.value if self._fact is not None else "")
        typed.setAccessibleName(self._name)
        trouble = column()

        def failed(error: CompanionError) -> None:
            clear(trouble)
            trouble.addWidget(Notice(error.title, error.message, error.hint, tone="over", closable=False))
            typed.setFocus()

        def keep() -> None:
            if self._fact is not None and typed.text() == self._fact.value:
                self._show_value()
            else:
                self._card.keep(self._about, self._field, typed.text(), failed)

        typed.returnPressed.connect(keep)
        self._place.addWidget(typed)
        self._place.addLayout(trouble)
        keep_it = button("Keep", keep, "primary", name=f"Keep: {self._name}")
        self._place.addLayout(row(keep_it, button("Cancel", self._show_value, name=f"Cancel: {self._name}"), None))
        typed.setFocus()
        typed.selectAll()


class ConflictsCard(Card):
    """What sources disagree about, side by side; the person's choice becomes their word."""

    def __init__(self, found: Overview, conflicts: Iterable[Conflict], form: Format, keep: Keep) -> None:
        super().__init__(spacing=10)
        self.add(label("Sources disagree", "heading", tone="attention"))
        for place, conflict in enumerate(conflicts):
            if place:
                self.add(line())
            item = name_of_item(found, conflict.about)
            self.add(label(FIELD_WORDS[conflict.field] + (f" of {item}" if item else ""), "strong"))
            sides = row(spacing=16)
            for fact in conflict.facts:
                words = value_words(fact, form.exact, form.money)
                side = column(label(words, "strong"), label(f"Says {said_words(fact, form)}", "small"), spacing=3)
                if fact.field not in SECRET_FIELDS:
                    choose = partial(keep, fact.field, fact.value, item, lambda _: None)
                    side.addWidget(button("This one is right", choose, name=f"This one is right: {words}"))
                side.addStretch(1)
                sides.addLayout(side, 1)
            self.add(sides)
