"""XML of other parties: read without a document type, whose entities could grow without end."""

from __future__ import annotations

from typing import Never
from xml.etree import ElementTree


class DocumentTypeError(ValueError):
    """The document declares a document type."""


def parsed_xml(document: str | bytes) -> ElementTree.Element:
    """Returns the root of an XML document, in whichever encoding it declares.

    Raises `DocumentTypeError`, and `ElementTree.ParseError` or `ValueError` for a damaged document.
    """
    return ElementTree.fromstring(document, ElementTree.XMLParser(target=_WithoutDocumentType()))  # noqa: S314


class _WithoutDocumentType(ElementTree.TreeBuilder):
    def doctype(self, *_: str | None) -> Never:
        raise DocumentTypeError("a document type is declared")
