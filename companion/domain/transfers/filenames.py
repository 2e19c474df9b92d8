"""File names that every system accepts, above all Windows ("Naming Files, Paths, and Namespaces")."""

from __future__ import annotations

import contextlib
import hashlib
import re
import unicodedata
import urllib.parse

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind

LONGEST = 200
"""UTF-8 bytes; leaves room for the endings of the partial and its journal under the usual limit of 255."""
_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\s*\.|\s*$)", re.IGNORECASE)
_PLAIN_NUMBER = re.compile("[A-Z0-9-]{1,60}")
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f-\x9f]')
# Marks that turn the direction of writing make "exe.pdf" out of "fdp.exe"; invisible ones hide a second ending.
_DECEPTIVE = re.compile("[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def safe_filename(name: str) -> str:
    """Return `name` as one component that is a legal file name everywhere; a legal name comes back unchanged.

    Folders in front are dropped, forbidden characters become ``_``, a device name gets ``_`` in front.
    Raises `CompanionError` ``name`` if nothing usable is left.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    clean = _FORBIDDEN.sub("_", _DECEPTIVE.sub("", last)).strip(" ").rstrip(". ")
    if not clean.strip("._ ") or last.strip() in (".", ".."):
        raise CompanionError(
            ErrorCode.NAME,
            "The file has no usable name",
            "The name given for this file cannot be used on this computer.",
            "Give the file a name yourself, or tell the store.",
            kind=ErrorKind.USAGE,
        )
    if _DEVICES.match(clean):
        clean = f"_{clean}"
    return _shorten(clean)


def order_folder(number: str) -> str:
    """Returns the name of the folder for the downloads of an order; two orders never share one.

    A number of capital letters, digits and dashes is its own folder. Any other is written with harmless signs and a
    digest, which also tells numbers apart that differ in case only: many file systems do not.
    """
    if _PLAIN_NUMBER.fullmatch(number) and not _DEVICES.match(number):
        return number
    return _with_digest(number, number)


def purchase_folder(name: str, purchase_id: str) -> str:
    """Returns the name of the folder for the files of a purchase; two purchases never share one."""
    return _with_digest(name, purchase_id)


def store_folder(address: str) -> str:
    """Returns the name of a folder for the orders of one store, told apart by its whole address."""
    return _with_digest(urllib.parse.urlsplit(address).hostname or "", address)


def filename_of_url(url: str) -> str:
    """The name that a URL's path ends in, made safe. Raises `CompanionError` ``name`` if it has none."""
    path = urllib.parse.urlsplit(url).path
    return safe_filename(urllib.parse.unquote(path.rsplit("/", 1)[-1], errors="replace"))


def _with_digest(readable: str, whole: str) -> str:
    """Returns a harmless name that begins like `readable` and is another for each `whole`."""
    digest = hashlib.sha256(whole.encode(errors="surrogatepass")).hexdigest()[:16]
    return f"{re.sub('[^A-Za-z0-9-]', '_', readable)[:43]}_{digest}"


_PARAMETER = re.compile(r';\s*([\w!#$&+\-.^`|~]{1,40}\*?)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')
_EXTENDED = re.compile(r"([\w-]{1,40})'[^']{0,40}'(.*)", re.DOTALL)
_LONGEST_FIELD = 4000
_SCRIPTS = (".php", ".asp", ".aspx", ".cgi", ".jsp", ".pl")


def filename_of_disposition(field: str) -> str | None:
    """Returns the name in a `Content-Disposition` field as the server wrote it (RFC 6266), or None.

    ``filename*`` (RFC 8187) counts before ``filename``. It is another party's text: `safe_filename` makes it usable.
    """
    found: dict[str, str] = {}
    for name, value in _PARAMETER.findall(f";{field[:_LONGEST_FIELD]}"):
        found.setdefault(name.lower(), _unquoted(value.strip()))
    extended = _decoded(found.get("filename*", ""))
    return extended or _as_utf8(found.get("filename", "")) or None


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if len(value) > 1 and value[0] == value[-1] == '"' else value


def _decoded(value: str) -> str:
    """The text of ``charset'language'percent-encoded``; empty for a charset other than the two that are allowed."""
    match = _EXTENDED.fullmatch(value)
    if match is None or match[1].lower() not in ("utf-8", "iso-8859-1"):
        return ""
    return urllib.parse.unquote(match[2], encoding=match[1].lower(), errors="replace")


def _as_utf8(value: str) -> str:
    """Servers send UTF-8 where the header's own character set is Latin-1."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def name_in_address(url: str) -> str | None:
    """Returns the safe name that a URL's path ends in, or None; a script such as ``index.php`` names no file."""
    with contextlib.suppress(CompanionError, ValueError):
        name = filename_of_url(url)
        return None if name.lower().endswith(_SCRIPTS) else name
    return None


def name_of_download(told: str | None, url: str, fallback: str | None) -> str:
    """Returns a safe name: what the server told, else the end of the address, else `fallback`."""
    for candidate in (told, name_in_address(url), fallback):
        with contextlib.suppress(CompanionError):
            return safe_filename(candidate or "")
    return "download"


def _shorten(name: str) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > 20:
        stem, dot, ending = name, "", ""
    room = LONGEST - len((dot + ending).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + dot + ending
