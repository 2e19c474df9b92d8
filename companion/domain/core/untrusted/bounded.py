"""Reading a document of another party part by part, so that what cannot be used takes nothing else with it.

Every value is held within bounds that its type names: texts are cleaned and cut, moments and numbers lie where
calculating with them is safe, a word that an enumeration does not know becomes its member ``unknown``. What does not
fit is left out, alone: an optional field, or the element of a list around it.
"""

from __future__ import annotations

import datetime as dt
import functools
import typing
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from companion.domain.core.model import EARLIEST, LATEST, Unread
from companion.domain.core.redaction import redact
from companion.domain.core.untrusted.foreign_text import LONGEST_PROSE, clean_prose, clean_text

LONGEST_LINE = 2000
"""Characters of a text on one line, unless its type names another limit."""
MOST_ELEMENTS = 1000
"""Elements of a list, unless its type names another limit."""
MOST_UNREAD = 20
"""Of more than so many parts that cannot be used it is known that there were more."""

Hook = Callable[[type, Any], Any]
_REFUSED = object()
"""Stands for a value that fits no type."""


def within_bounds(moment: dt.datetime) -> bool:
    """Whether a moment lies in the years that are calculated with; one without an offset is taken as of UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    try:
        return EARLIEST <= moment <= LATEST
    except OverflowError:  # its offset leads out of the calendar
        return False


class _Field(NamedTuple):
    name: str
    annotation: Any
    droppable: bool
    """Whether an order, say, is still worth showing without it. A whole list that cannot be read is missed too much."""
    nullable: bool


class BoundedReader:
    """Reads one document; what could not be used is written into the field ``unread`` of the value around it."""

    def __init__(self, hook: Hook) -> None:
        """`hook` converts the values that are not of a builtin type."""
        self._hook = hook
        self._unread: list[Unread] = []

    def read(self, raw: object, kind: type) -> Any:
        """Returns the document as `kind`. Raises `msgspec.ValidationError` when what it must have does not fit."""
        return msgspec.convert(self._tame(raw, kind, ""), kind, dec_hook=self._hook)

    def _tame(self, raw: object, annotation: Any, path: str) -> object:
        """Returns `raw` within the bounds of its type; what does not fit at all is found when it is converted."""
        kind, marks = _kind(annotation)
        if "exact" in marks:
            return raw
        if isinstance(kind, inspect.UnionType):
            only = _only_type(annotation)
            return self._tame(raw, only, path) if raw is not None and only is not None else _line(raw)
        if isinstance(raw, str):
            return self._text(raw, kind, path, "prose" in marks)
        if isinstance(raw, dict):
            if isinstance(kind, inspect.StructType):
                return self._struct(raw, kind.cls, path)
            return self._dict(raw, annotation, path) if isinstance(kind, inspect.DictType) else raw
        if isinstance(raw, list) and isinstance(kind, inspect.VarTupleType | inspect.ListType):
            return self._list(raw, _arguments(annotation)[0], kind.max_length or MOST_ELEMENTS, path)
        return raw

    def _text(self, raw: str, kind: inspect.Type, path: str, prose: bool) -> object:
        if isinstance(kind, inspect.StrType):
            clean, longest = (clean_prose, LONGEST_PROSE) if prose else (clean_text, LONGEST_LINE)
            return clean(raw, kind.max_length or longest)
        if isinstance(kind, inspect.EnumType):
            return self._word(raw, kind, path)
        if isinstance(kind, inspect.DateTimeType):
            try:
                return raw if within_bounds(msgspec.convert(raw, dt.datetime)) else _REFUSED
            except msgspec.ValidationError:
                return _REFUSED
        return raw

    def _word(self, raw: str, kind: inspect.EnumType, path: str) -> object:
        known = {member.value for member in kind.cls}
        if raw in known or "unknown" not in known:
            return raw
        self._note(path, raw)
        return "unknown"

    def _struct(self, raw: dict[str, object], cls: type, path: str) -> dict[str, object]:
        if not _has_unread(cls):
            return self._fields_of(raw, cls, path)
        around, self._unread = self._unread, []
        found = self._fields_of(raw, cls, "")
        if self._unread:
            before = found.get("unread")
            earlier = before if isinstance(before, list) else []
            found["unread"] = [*earlier, *msgspec.to_builtins(self._unread)][:MOST_UNREAD]
        self._unread = around
        return found

    def _fields_of(self, raw: dict[str, object], cls: type, path: str) -> dict[str, object]:
        found: dict[str, object] = {}
        for field in _fields(cls):
            if field.name not in raw:
                continue
            where = f"{path}.{field.name}" if path else field.name
            tamed = self._tame(raw[field.name], field.annotation, where)
            if (field.droppable or field.nullable) and self._misfit(tamed, field.annotation) is not None:
                self._note(where, raw[field.name])
                if field.nullable:
                    found[field.name] = None
            else:
                found[field.name] = tamed
        return found

    def _list(self, raw: list[object], annotation: Any, most: int, path: str) -> list[object]:
        found = []
        for position, element in enumerate(raw[:most]):
            where, before = f"{path}[{position}]", len(self._unread)
            tamed = self._tame(element, annotation, where)
            misfit = self._misfit(tamed, annotation)
            if misfit is None:
                found.append(tamed)
            else:
                del self._unread[before:]
                self._note(where + misfit, _found_at(element, misfit))
        if len(raw) > most:
            self._note(f"{path}[{most}…]", None)
        return found

    def _dict(self, raw: dict[str, object], annotation: Any, path: str) -> dict[str, object]:
        values = _arguments(annotation)[1]
        entries = list(raw.items())[:MOST_ELEMENTS]
        return {clean_text(name): self._tame(value, values, f"{path}.{clean_text(name)}") for name, value in entries}

    def _misfit(self, tamed: object, annotation: Any) -> str | None:
        """Returns where a value does not fit (``.startsAt``; nothing for all of it), or None when it does."""
        try:
            msgspec.convert(tamed, annotation, dec_hook=self._hook)
        except msgspec.ValidationError as error:
            return str(error).rpartition(" - at `$")[2].rstrip("`") if " - at `$" in str(error) else ""
        return None

    def _note(self, path: str, raw: object) -> None:
        if len(self._unread) < MOST_UNREAD:
            text = redact(clean_text(raw, 60)) if isinstance(raw, str) and not _may_be_secret(path) else ""
            self._unread.append(Unread(field=clean_text(path, 120), text=text))


def _line(raw: object) -> object:
    return clean_text(raw, LONGEST_LINE) if isinstance(raw, str) else raw


def _found_at(element: object, misfit: str) -> object:
    """Returns what stands in a field of an element (``.startsAt``)."""
    return element.get(misfit[1:]) if isinstance(element, dict) else element if not misfit else None


def _may_be_secret(path: str) -> bool:
    last = path.rpartition(".")[2].lower()
    return any(word in last for word in ("key", "token", "password", "url", "digits"))


@functools.cache
def _fields(cls: type) -> tuple[_Field, ...]:
    hints = typing.get_type_hints(cls, include_extras=True)
    return tuple(
        _Field(
            field.encode_name,
            hints[field.name],
            droppable=not field.required and not _is_list(hints[field.name]),
            nullable=type(None) in typing.get_args(hints[field.name]),
        )
        for field in msgspec.structs.fields(cls)
    )


def _has_unread(kind: type) -> bool:
    is_struct = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    return is_struct and any(field.name == "unread" for field in _fields(kind))


def _is_list(annotation: Any) -> bool:
    return isinstance(_kind(annotation)[0], inspect.VarTupleType | inspect.ListType)


@functools.cache
def _kind(annotation: Any) -> tuple[inspect.Type, frozenset[str]]:
    """Returns what msgspec knows of a type, and how it is marked (``prose``, ``exact``)."""
    found = inspect.type_info(annotation)
    if isinstance(found, inspect.Metadata):
        return found.type, frozenset(found.extra or ())
    return found, frozenset()


@functools.cache
def _only_type(annotation: Any) -> Any:
    """Returns the type of an optional value, None for a choice of several."""
    others = [each for each in _arguments(annotation) if each is not type(None)]
    return others[0] if len(others) == 1 else None


def _arguments(annotation: Any) -> tuple[Any, ...]:
    """Returns the arguments of a type, without what is annotated to it."""
    while typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    return typing.get_args(annotation)
