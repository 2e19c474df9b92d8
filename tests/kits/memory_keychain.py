"""A keychain that lives in memory, in place of the operating system's."""

from __future__ import annotations


class MemoryKeychain:
    """Keeps entries by account; while `broken` every call fails."""

    def __init__(self) -> None:
        self.entries: dict[str, str] = {}
        self.broken = False

    def get_password(self, service: str, account: str) -> str | None:
        """Returns an entry."""
        self._check()
        return self.entries.get(account)

    def set_password(self, service: str, account: str, text: str) -> None:
        """Writes an entry."""
        self._check()
        self.entries[account] = text

    def delete_password(self, service: str, account: str) -> None:
        """Deletes an entry."""
        self._check()
        del self.entries[account]

    def _check(self) -> None:
        if self.broken:
            raise OSError("the keychain is away")
