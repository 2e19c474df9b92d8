"""XML of other parties."""

from __future__ import annotations

from xml.etree.ElementTree import ParseError

import pytest

from companion.domain.core.untrusted.xml_documents import DocumentTypeError, parsed_xml

DECLARATION = '<?xml version="1.0" encoding="{}"?>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
@pytest.mark.parametrize(
    "declared",
    ['<!DOCTYPE a [<!ENTITY b "c">]>', '<!DOCTYPE a SYSTEM "a.dtd">', "<!DOCTYPE a>", "<!-- ü --><!DOCTYPE a>"],
)
def test_a_document_type_is_refused_in_every_encoding(encoding: str, declared: str) -> None:
    document = f"{DECLARATION.format(encoding)}{declared}<a>&amp;</a>".encode(encoding)
    with pytest.raises(DocumentTypeError):
        parsed_xml(document)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_a_document_is_read_in_every_encoding(encoding: str) -> None:
    assert parsed_xml(f"{DECLARATION.format(encoding)}<a>Grüße</a>".encode(encoding)).text == "Grüße"
    assert parsed_xml("<a>Grüße</a>").text == "Grüße"


@pytest.mark.parametrize("damaged", ["", "<a>", "<a>&b;</a>", "\0"])
def test_a_damaged_document_is_an_error(damaged: str) -> None:
    with pytest.raises((ParseError, ValueError)):
        parsed_xml(damaged)
