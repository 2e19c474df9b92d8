"""Which connector asks which kind of store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from companion.services.stores.protocol import StoreConnector


class Connectors:
    """The connectors by the kind of store they ask."""

    def __init__(self, connectors: Iterable[StoreConnector]) -> None:
        self._by_kind = {connector.capabilities.kind: connector for connector in connectors}

    def __iter__(self) -> Iterator[StoreConnector]:
        return iter(self._by_kind.values())

    def of(self, kind: str | None) -> StoreConnector | None:
        """Returns the connector for a kind of store; None for a store that programs cannot ask."""
        return self._by_kind.get(kind or "")
