"""Parts that are built when they are first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

OwnerT = TypeVar("OwnerT", bound="Builds")
PartT = TypeVar("PartT")


class Builds(Protocol):
    """What has such parts: `building` is held while one of them is built."""

    @property
    def building(self) -> threading.RLock: ...


class BuiltOnce(Generic[OwnerT, PartT]):
    """A part that is built when first needed, by one thread while the others wait.

    `functools.cached_property` lets each of them build one since Python 3.12.
    """

    def __init__(self, build: Callable[[OwnerT], PartT]) -> None:
        self._build = build
        self.__doc__ = build.__doc__

    def __set_name__(self, owner: type[OwnerT], name: str) -> None:
        self._name = name

    def __get__(self, owner: OwnerT, kind: type[OwnerT]) -> PartT:
        # Once it is built, Python finds it in the instance and does not come here.
        with owner.building:
            if self._name not in owner.__dict__:
                owner.__dict__[self._name] = self._build(owner)
            part: PartT = owner.__dict__[self._name]
            return part


def is_built(owner: Any, name: str) -> bool:
    """Returns whether a part has been needed so far."""
    return name in owner.__dict__
