"""What customers send: the request bodies of the Store API, read strictly."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec

from companion.demo.problems import Refusal
from companion.domain.core.money import Money
from companion.domain.store.returns import ReturnReason

T = TypeVar("T")
_Short = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Body(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Base of the request bodies; a member the store does not know is a mistake and is said."""


class OrderLogIn(Body, frozen=True):
    order_number: _Short
    order_password: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class CardLogIn(Body, frozen=True):
    email: _Short
    card_last_digits: Annotated[str, msgspec.Meta(pattern="^[0-9]{4,5}$")]


class PasswordResetRequest(Body, frozen=True):
    order_number: _Short | None = None
    email: _Short | None = None


class AutoRenewRequest(Body, frozen=True):
    auto_renew: bool


class GrantRequest(Body, frozen=True):
    pass


class ExtensionRequest(Body, frozen=True):
    reason: Annotated[str, msgspec.Meta(max_length=2000)] | None = None


class ReturnRequest(Body, frozen=True):
    """No line items means all of them; an unwanted renewal names its subscription instead."""

    reason: ReturnReason
    line_item_ids: Annotated[tuple[_Short, ...], msgspec.Meta(max_length=100)] = ()
    subscription_id: _Short | None = None


class LetterAcceptance(Body, frozen=True):
    """`text` is the letter exactly as it was read."""

    accepted: bool
    text: Annotated[str, msgspec.Meta(max_length=10_000)]


class BackupMediumRequest(Body, frozen=True):
    """`agreed_total` is the final price the customer agreed to; at any other the store refuses."""

    method: _Short | None = None
    agreed_total: Money | None = None


class SeatRequest(Body, frozen=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class SupportCaseRequest(Body, frozen=True):
    summary: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    order_number: _Short | None = None
    case_file: Annotated[str, msgspec.Meta(max_length=900_000)] = ""


def read(document: bytes, kind: type[T]) -> T:
    """Read a request body. Raises `Refusal` ``malformed-request`` (no JSON) or ``invalid-request`` with its field."""
    try:
        return msgspec.json.decode(document, type=kind)
    except msgspec.ValidationError as error:
        raise Refusal(
            "invalid-request", "A member is missing, unknown or not in its form.", field=_field(error)
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal("malformed-request", "The body is not a JSON document in UTF-8.") from None


def read_log_in(document: bytes) -> OrderLogIn | CardLogIn:
    """Read one of the two forms of a log-in: by order number, or by e-mail and card digits."""
    members = read(document, dict[str, msgspec.Raw])
    return read(document, OrderLogIn) if "orderNumber" in members else read(document, CardLogIn)


def _field(error: Exception) -> str | None:
    """The member msgspec complains about: the path at the end of its message, or the name it quotes."""
    text = str(error)
    _, found, path = text.rpartition(" - at `$.")
    if found:
        return path.rstrip("`")
    quoted = text.split("`")
    known = text.startswith(("Object missing required field", "Object contains unknown field"))
    return quoted[1][:100] if known and len(quoted) > 2 else None
