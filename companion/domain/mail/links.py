"""Takes over the links of an e-mail: downloads byte for byte, the page to manage the purchase, the shop's address."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from companion.domain.core.model import Secret
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.mail.message.rows import Link
from companion.domain.mail.notes import MOST_ITEMS, Notes
from companion.domain.mail.origin import platforms
from companion.domain.mail.origin.platforms import Platform
from companion.domain.mail.reading import LinkFound
from companion.domain.mail.text.names import INSTALLER, is_heading_of_product, is_name, product_name
from companion.domain.mail.text.pairs import MOST_ROWS, label_of
from companion.domain.purchases.facts import Field
from companion.domain.purchases.values import host_name

_MANAGE = re.compile(
    r"(?i)\b(?:manage|my account|your account|view (?:your )?(?:order|purchase|subscription)|order details"
    r"|customer portal"
    r"|verwalten|mein konto|kundenkonto|bestellung ansehen|gérer|mon compte|voir (?:la|votre) commande|gestionar"
    r"|mi cuenta"
    r"|ver (?:el|su|tu) pedido|gestisci|il mio account|beheren|mijn account|gerenciar|gerir"
    r"|minha conta)|マイページ|アカウント"
)
_TOKEN = re.compile(r"(?i)/(?=[a-z_-]*\d)(?=[\d_-]*[a-z])[a-z\d_-]{20,}(?=/|$)")
"""A part of a path that is longer and more mixed than a person can type."""
_CALL = re.compile(
    r"(?i)(?:(?:jetzt |hier |now |here )?(?:download|herunterladen|télécharger|descargar|scarica|downloaden|baixar"
    r"|get it)\b.{0,30}|(?:for |für |pour |para |per |voor )?(?:windows|macos|mac|mac os x?|linux|pc|win|osx)"
    r"(?: \d{1,2})?(?: \(?(?:32|64)[- ]?bit\)?)?)$"
)
"""Words of a link that say what to do or for which system, and are no name of the file."""
_SHOP_SYSTEMS = (Platform.WOOCOMMERCE, Platform.EDD)


def take_links(notes: Notes) -> None:
    """Take all links that belong to the purchase."""
    downloads = [link for link in notes.letter.links if is_download(link.address, link.words)]
    products = _products_above(notes, downloads) if notes.platform is Platform.EDD else {}
    taken: Counter[str] = Counter()
    for link in downloads:
        if link.address in notes.links or len(notes.links) >= MOST_ITEMS:
            continue
        words = clean_text(link.words, 120)
        name = _name(notes, link, len({each.address for each in downloads}))
        if (product := products.get(link.address)) is not None:
            name = notes.file(name, product)
        elif len(names := list(notes.files.get(words, {}).values())) > 1:
            # The links stand in the order of the lines that name their products.
            name = names[min(taken[words], len(names) - 1)]
        taken[words] += 1
        notes.links[link.address] = LinkFound(name, Secret(link.address))
        notes.download(name, link.words or "Download link")
        _edd(notes, link, products.get(link.address, ""))
    for link in notes.letter.links:
        if link not in downloads and _MANAGE.search(link.words[:200]):
            manage_page(notes, link.address, link.words)
    for line in notes.letter.plain[:MOST_ROWS]:
        # In plain text the words stand before the address: "Manage your orders: https://…".
        words, sign, address = line.text.partition("http")
        if sign and _MANAGE.search(words[:200]) and " " not in address:
            manage_page(notes, sign + address, line.text)
    _shop_address(notes)


def is_download(address: str, words: str) -> bool:
    """Whether a link opens a download: one of a shop system, or one that leads to a file to install."""
    if not address.lower().startswith(("https://", "http://")):
        return False
    if platforms.is_woocommerce_download(address) or platforms.is_edd_download(address):
        return True
    try:
        path = urlsplit(address).path
    except ValueError:
        return False
    return INSTALLER.search(path) is not None or (INSTALLER.search(words.strip()) is not None and " " not in words)


def _products_above(notes: Notes, downloads: Sequence[Link]) -> dict[str, str]:
    """Which product each file belongs to: in a receipt of EDD its name is the line above its files."""
    by_words: dict[str, list[str]] = {}
    # The shop calls its files what it likes: "Windows installer" as well as "setup.exe".
    files = {link.words for link in downloads if link.words and platforms.is_edd_download(link.address)}
    name = ""
    for row in notes.letter.rich[:MOST_ROWS]:
        text = row.text
        if text in files or INSTALLER.search(text):
            if name:
                by_words.setdefault(text, []).append(name)
        elif is_heading_of_product(text):
            name = product_name(text)
        elif label_of(text) is None:
            name = ""
    found: dict[str, str] = {}
    for link in downloads:
        names = by_words.get(link.words, [])
        # Products with files of the same name: their links stand in the order of their lines.
        product = _without_option(notes, (names.pop(0) if len(names) > 1 else names[0]) if names else "")
        if product and notes.product(product, product):
            found[link.address] = product
    return found


def _without_option(notes: Notes, product: str) -> str:
    """The known product that a name with a price option means: "Quillpress Pro - Business"."""
    fitting = [name for name in notes.names.values() if product.casefold().startswith(f"{name.casefold()} - ")]
    return max(fitting, key=len, default=product)


def _edd(notes: Notes, link: Link, product: str) -> None:
    parts = platforms.edd_parts(link.address)
    if parts is None:
        return
    notes.note(Field.ORDER_NUMBER, parts[0], "Download link")
    item = product or (notes.item() if len(notes.names) == 1 else "")
    if item:
        notes.note(Field.PRODUCT_ID, parts[1], "Download link", item)


def _name(notes: Notes, link: Link, count: int) -> str:
    plain = clean_text(link.words, 120)
    labelled = label_of(plain) is not None or plain.lower().startswith(("http", "download "))
    file = urlsplit(link.address).path.rpartition("/")[2]
    if _CALL.match(plain) and INSTALLER.search(file):
        return clean_text(file, 120)
    if plain and not labelled and (is_name(plain) or (INSTALLER.search(plain) and " " not in plain)):
        return plain
    if re.search(r"\.[a-z0-9]{2,5}$", file, re.IGNORECASE) and not file.lower().endswith((".php", ".html")):
        return clean_text(file, 120)
    known = [found.value for (_, field), found in notes.found.items() if field is Field.DOWNLOAD]
    if len(known) == count:
        return known[len(notes.links)]
    return notes.item() or f"Download {len(notes.links) + 1}"


def manage_page(notes: Notes, address: str, quote: str) -> None:
    """Note the page where a purchase is managed; one whose query or path can carry a token is a secret, left out."""
    host = host_name(address)
    services = platforms.HOSTS.get(notes.platform, ()) if notes.platform is not None else ()
    owners = (notes.letter.sender_domain or "", *services)
    own = any(owner and (platforms.belongs(host, owner) or platforms.belongs(owner, host)) for owner in owners)
    if not own or urlsplit(address).query or urlsplit(address).fragment or _TOKEN.search(urlsplit(address).path):
        return
    notes.note(Field.MANAGE_PAGE, address, quote)


def _shop_address(notes: Notes) -> None:
    """Note the shop's address where its system tells it: connectors ask there."""
    if notes.platform not in _SHOP_SYSTEMS:
        return
    page = notes.found.get(("", Field.MANAGE_PAGE))
    for link in (*notes.letter.links, *((Link(page.value, page.quote),) if page is not None else ())):
        parts = urlsplit(link.address) if host_name(link.address) else None
        if parts is None:
            continue
        if platforms.is_woocommerce_download(link.address) or platforms.is_edd_download(link.address):
            folder = parts.path.rpartition("/")[0]
            notes.note(Field.STORE_ADDRESS, f"{parts.scheme}://{parts.netloc}{folder}", "Download link")
        elif "/view-order/" in parts.path or "edd_license_key=" in parts.query:
            notes.note(Field.STORE_ADDRESS, f"{parts.scheme}://{parts.netloc}", link.words or "Link")
        product = parse_qs(parts.query[:2000]).get("download_id", [""])[0]
        if notes.platform is Platform.EDD and product.isdigit() and (item := notes.item()):
            notes.note(Field.PRODUCT_ID, product, "Renewal link", item)
