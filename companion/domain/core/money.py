"""Money as integer minor units, never as a float."""

from __future__ import annotations

from typing import Annotated

import msgspec

from companion.domain.core.model import Model, Whole

# ISO 4217 minor units that are not 2 (list one, active codes).
_DECIMALS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def decimals(currency: str) -> int:
    """Returns how many digits of a currency (ISO 4217) stand behind the decimal mark."""
    return _DECIMALS.get(currency, 2)


class Money(Model, frozen=True):
    """An amount in integer minor units (cents) of an ISO 4217 currency."""

    amount: Whole
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]

    def plain(self) -> str:
        """Returns the amount in ASCII for terminals and scripts: ``59.95 USD``."""
        places = decimals(self.currency)
        sign = "-" if self.amount < 0 else ""
        whole, minor = divmod(abs(self.amount), 10**places)
        digits = f"{whole}.{minor:0{places}d}" if places else str(whole)
        return f"{sign}{digits} {self.currency}"
