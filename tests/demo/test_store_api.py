"""The Store API document: valid, its examples true, and the same as the program's own values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import openapi_spec_validator
import pytest

from companion.demo import bodies, problems
from companion.demo.api import app
from companion.domain.core import money
from companion.domain.core.model import Model, Unread
from companion.domain.core.serialization import decode, encode
from companion.domain.store import orders, profile, quotes, returns

_READ = {
    struct.__name__: struct
    for module in (orders, profile, money, quotes, returns)
    for struct in vars(module).values()
    if isinstance(struct, type) and issubclass(struct, Model) and struct not in (Model, Unread)
}
_SENT = {
    struct.__name__: struct
    for struct in vars(bodies).values()
    if isinstance(struct, type) and issubclass(struct, bodies.Body) and struct is not bodies.Body
}
# What the document describes beyond the program's structs.
_OWN = {"LogInRequest", "Statement", "Problem", "Instant", "Period", "Country", "Currency", "Phone", "Sha256"}


def _media(document: dict[str, Any], contract: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if "requestBody" in operation:
                yield f"{method} {path} request", operation["requestBody"]["content"]["application/json"]
            for status, response in operation["responses"].items():
                for mimetype, media in contract.resolve(response).get("content", {}).items():
                    yield f"{method} {path} {status} {mimetype}", media


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    openapi_spec_validator.validate(document)


def test_every_example_fits_its_schema_and_is_read_by_the_program(document: dict[str, Any], contract: Any) -> None:
    checked = 0
    for where, media in _media(document, contract):
        assert media["examples"], where
        for name, example in media["examples"].items():
            value = contract.resolve(example)["value"]
            assert contract.errors(value, media["schema"]) == [], f"{where} {name}"
            struct = _READ.get(media["schema"].get("$ref", "").rpartition("/")[2])
            if struct is not None:
                read = decode(json.dumps(value).encode(), struct, source="the example")
                assert decode(encode(read), struct, source="the example") == read
            checked += 1
    assert checked > 100


def test_every_operation_has_a_body_example_that_the_store_reads(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for operation in item.values():
            if "requestBody" not in operation:
                continue
            media = operation["requestBody"]["content"]["application/json"]
            for example in media["examples"].values():
                text = json.dumps(example["value"]).encode()
                name = media["schema"]["$ref"].rpartition("/")[2]
                read = bodies.read_log_in(text) if name == "LogInRequest" else bodies.read(text, _SENT[name])
                assert read is not None, path


@pytest.mark.parametrize("name", sorted(_READ | _SENT))
def test_a_struct_and_its_schema_have_the_same_members(name: str, document: dict[str, Any]) -> None:
    struct, schema = (_READ | _SENT)[name], document["components"]["schemas"][name]
    # What could not be read is noted by the reader; no store sends it.
    fields = [field for field in msgspec.structs.fields(struct) if field.name != "unread"]
    assert {field.encode_name for field in fields} == set(schema["properties"])
    assert {field.encode_name for field in fields if field.required} == set(schema.get("required", ()))


def test_the_document_describes_nothing_the_program_does_not_have(document: dict[str, Any]) -> None:
    enums = {name for name, schema in document["components"]["schemas"].items() if "enum" in schema}
    assert set(document["components"]["schemas"]) == _READ.keys() | _SENT.keys() | _OWN | enums
    for name in enums:
        members = getattr(orders, name, None) or getattr(returns, name, None) or getattr(profile, name)
        assert {member.value for member in members} - {"unknown"} == set(
            document["components"]["schemas"][name]["enum"]
        )


def test_every_secret_is_marked(document: dict[str, Any]) -> None:
    marked = {
        (name, member)
        for name, schema in document["components"]["schemas"].items()
        for member, described in schema.get("properties", {}).items()
        if described.get("x-secret")
    }
    held = {
        (name, field.encode_name)
        for name, struct in _READ.items()
        for field in msgspec.structs.fields(struct)
        if "Secret" in str(field.type)
    }
    assert marked == held
    assert held == {("Session", "token"), ("Licence", "key")}


def test_every_code_the_store_knows_is_described_under_its_status(document: dict[str, Any], contract: Any) -> None:
    described = set()
    for where, media in _media(document, contract):
        if not where.endswith("problem+json"):
            continue
        for name, example in media["examples"].items():
            value = contract.resolve(example)["value"]
            assert (value["code"], value["status"]) == (name, problems.CODES[name])
            if " default " not in where:
                assert f" {value['status']} " in where
            described.add(name)
    assert described == problems.CODES.keys()


def test_the_store_serves_exactly_the_described_calls(document: dict[str, Any]) -> None:
    served = {
        (method, re.sub(r"<[^>]+>", "{}", rule.rule))
        for rule in app._ROUTES.iter_rules()
        if rule.rule.startswith("/v1/")
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }
    described = {
        (method.upper(), re.sub(r"\{[^}]+\}", "{}", path))
        for path, item in document["paths"].items()
        for method in item
        if method != "head"
    }
    assert served == described
