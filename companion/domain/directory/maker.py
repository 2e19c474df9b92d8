"""One file of the directory: what is publicly known of a maker or a shop, each fact with the page it was taken from.

Nothing in a file is a pattern or is run: names and domains are compared whole. Sizes are bounded, and a field that is
not known is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Annotated, TypeVar

import msgspec

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model
from companion.domain.core.platform import Platform
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.entitlements.order_lookup import is_loopback
from companion.domain.purchases.values import EARLIEST, host_name, web_text

T = TypeVar("T")

LARGEST_FILE = 64 * 1024
"""Bytes of a file of the directory."""

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
_Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
_Address = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
_Kind = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]{2,30}$")]
_Names = Annotated[tuple[_Name, ...], msgspec.Meta(max_length=30)]


class _Part(Model, frozen=True, forbid_unknown_fields=True):
    """Part of a file: a field that is not in the schema is an error, since it is most likely misspelled."""


class Page(_Part, frozen=True):
    """A web page, and the page on which its address stands."""

    address: _Address
    source: _Address


class Pages(_Part, frozen=True):
    """Where a purchase is managed (renewals, licences), downloaded, and where help is found."""

    manage: Page | None = None
    download: Page | None = None
    support: Page | None = None


class Domain(_Part, frozen=True):
    """A domain from which the maker sends e-mails; what is below it belongs to it."""

    domain: Annotated[str, msgspec.Meta(min_length=4, max_length=120)]
    source: _Address


class MadeProduct(_Part, frozen=True):
    """A product; `store_kind` and `product_id` say where and under which id it is sold, where that is public."""

    name: _Name
    source: _Address
    names: _Names = ()
    store_kind: _Kind | None = None
    product_id: _Name | None = None


class SupportNumber(_Part, frozen=True):
    """A telephone number in E.164, how it is written, and for whom it is."""

    phone: Annotated[str, msgspec.Meta(pattern=r"^\+[1-9][0-9]{6,14}$")]
    source: _Address
    phone_display: _Name | None = None
    about: _Sentence | None = None


class BlockingPrograms(_Part, frozen=True):
    """Names of programs that must be closed before products of this maker are installed, and why."""

    platform: Platform
    programs: Annotated[tuple[_Name, ...], msgspec.Meta(min_length=1, max_length=40)]
    why: _Sentence
    source: _Address


class ReturnDays(_Part, frozen=True):
    """How many days after buying something can be given back, and under which condition."""

    days: Annotated[int, msgspec.Meta(ge=1, le=366)]
    source: _Address
    condition: _Sentence | None = None


class SalesChannel(_Part, frozen=True):
    """A shop system or payment service through which the maker sells (``paddle``, ``fastspring``)."""

    kind: _Kind
    source: _Address


class Maker(_Part, frozen=True):
    """A maker or a shop. `checked_on` is the day on which its facts were looked up.

    `sells_for_others` marks shops and payment services: what they sell is made by others. `store_kind` is the kind of
    a shop. `common_word` says that a name is an everyday word, so that a text with it need not be about this maker.
    `hosts` sends requests for a hosted system to a server on this PC; only a person's own file may have it.
    """

    name: _Name
    checked_on: dt.date
    website: Page
    names: _Names = ()
    sells_for_others: bool = False
    common_word: bool = False
    store_kind: _Kind | None = None
    products: Annotated[tuple[MadeProduct, ...], msgspec.Meta(max_length=200)] = ()
    sender_domains: Annotated[tuple[Domain, ...], msgspec.Meta(max_length=40)] = ()
    pages: Pages = Pages()
    support: Annotated[tuple[SupportNumber, ...], msgspec.Meta(max_length=40)] = ()
    blocking_programs: Annotated[tuple[BlockingPrograms, ...], msgspec.Meta(max_length=10)] = ()
    returns: ReturnDays | None = None
    sells_through: Annotated[tuple[SalesChannel, ...], msgspec.Meta(max_length=20)] = ()
    hosts: Annotated[dict[_Kind, _Address], msgspec.Meta(max_length=20)] = {}  # noqa: RUF012 - msgspec copies it

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains that are its own: of its website, and those its e-mails come from."""
        own = host_name(self.website.address).removeprefix("www.")
        return tuple(dict.fromkeys((own, *(entry.domain.lower() for entry in self.sender_domains))))

    @property
    def page_hosts(self) -> tuple[str, ...]:
        """The hosts of its pages, which can be those of a service that other makers use as well."""
        pages = (self.pages.manage, self.pages.download, self.pages.support)
        return tuple(host_name(page.address).removeprefix("www.") for page in pages if page is not None)


def read_maker(data: bytes, file: str, *, own: bool) -> Maker:
    """Returns what a file of the directory says; `own` for one of the person's.

    Raises `CompanionError` ``bad-directory-file`` that names the file and the field.
    """
    if len(data) > LARGEST_FILE:
        raise bad_file(file, f"it is larger than {LARGEST_FILE // 1024} KiB")
    try:
        maker = msgspec.json.decode(data, type=Maker)
    except msgspec.ValidationError as error:
        what, _, path = str(error).rpartition(" - at `$")
        where = path.rstrip("`").removeprefix(".")
        raise bad_file(file, f"field {where}: {_lower(what)}" if where else _lower(what or str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_file(file, f"it is not JSON ({_lower(str(error))})") from None
    for field, check, value in _checks(maker):
        try:
            check(value)
        except ValueError as error:
            raise bad_file(file, f"field {field}: {error}") from None
    _check_hosts(maker, file, own)
    return maker


def bad_file(file: str, reason: str) -> CompanionError:
    """Returns the error about a file of the directory that is left out."""
    return CompanionError(
        ErrorCode.BAD_DIRECTORY_FILE,
        "A file of the directory is left out",
        f"{clean_text(file, 120)} cannot be used: {clean_text(reason, 300)}.",
        "Everything else goes on as before. Mend the file (docs/directory.md says what belongs into it) or remove it.",
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


_Check = tuple[str, Callable[[str], object], str]


def _checks(maker: Maker) -> Iterator[_Check]:
    """Yields what the types alone do not hold: field, check that raises `ValueError`, value."""
    yield "name", _plain_text, maker.name
    yield "checkedOn", _date, maker.checked_on.isoformat()
    for position, name in enumerate(maker.names):
        yield f"names[{position}]", _plain_text, name
    yield from _page("website", maker.website)
    for field in ("manage", "download", "support"):
        page: Page | None = getattr(maker.pages, field)
        if page is not None:
            yield from _page(f"pages.{field}", page)
    for position, product in enumerate(maker.products):
        for name in (product.name, *product.names):
            yield f"products[{position}].name", _plain_text, name
        yield f"products[{position}].source", web_text, product.source
    for position, entry in enumerate(maker.sender_domains):
        yield f"senderDomains[{position}].domain", _domain, entry.domain
        yield f"senderDomains[{position}].source", web_text, entry.source
    for position, number in enumerate(maker.support):
        yield f"support[{position}].source", web_text, number.source
        if number.phone_display is not None:
            yield f"support[{position}].phoneDisplay", _plain_text, number.phone_display
    for position, programs in enumerate(maker.blocking_programs):
        for name in programs.programs:
            yield f"blockingPrograms[{position}].programs", _program, name
        yield f"blockingPrograms[{position}].source", web_text, programs.source
    if maker.returns is not None:
        yield "returns.source", web_text, maker.returns.source
    for position, channel in enumerate(maker.sells_through):
        yield f"sellsThrough[{position}].source", web_text, channel.source


def _page(field: str, page: Page) -> Iterator[_Check]:
    yield f"{field}.address", web_text, page.address
    yield f"{field}.source", web_text, page.source


def _plain_text(text: str) -> None:
    if clean_text(text) != text:
        raise ValueError("it has blanks at its ends, line breaks or invisible signs")


def _date(text: str) -> None:
    if dt.date.fromisoformat(text) < EARLIEST:
        raise ValueError("the day is before 1970")


def _domain(text: str) -> None:
    labels = text.split(".")
    if len(labels) < 2 or not all(
        label and label.isascii() and label.replace("-", "").isalnum() and not label.startswith("-") for label in labels
    ):
        raise ValueError("this is not a domain such as example.com")


def _program(text: str) -> None:
    _plain_text(text)
    if "/" in text or "\\" in text:
        raise ValueError("it is the name of a program, without its folder")


def _check_hosts(maker: Maker, file: str, own: bool) -> None:
    if maker.hosts and not own:
        raise bad_file(file, "field hosts: only a file of your own may have it")
    for kind, address in maker.hosts.items():
        try:
            loopback = is_loopback(host_name(web_text(address)))
        except ValueError:
            loopback = False
        if not loopback:
            raise bad_file(file, f"field hosts.{kind}: it is not the address of a server on this PC")
