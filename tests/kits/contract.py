"""The Store API document as a judge: every request and answer that passes by is held against it."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Callable, Iterable
from typing import Any, cast

import jsonschema
import yaml
from werkzeug.http import parse_options_header

from companion.services.app.resources import resource

Answered = Callable[..., Any]


def read_document() -> dict[str, Any]:
    """The Store API document."""
    # The C loader is the same safe loader, ten times as fast; not every build of PyYAML has it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(resource("store-api.yaml").read_bytes(), Loader=loader)  # noqa: S506
    return loaded


class Contract:
    """The Store API document, and what broke it.

    A store may be sent anything, so only a request it accepted is held against the document; `of_client` holds every
    request against it, because our own client has no reason to send a wrong one.
    """

    def __init__(self, document: dict[str, Any], *, of_client: bool = False) -> None:
        self.document = document
        self.of_client = of_client
        self.broken: list[str] = []
        self.seen: set[tuple[str, str, int]] = set()
        self._routes = [
            (re.compile("^" + re.sub(r"\\\{[^/]*?\\\}", "([^/]+)", re.escape(path)) + "$"), path, item)
            for path, item in document["paths"].items()
        ]

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            found: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def errors(self, value: object, schema: dict[str, Any]) -> list[str]:
        whole = {**schema, "components": self.document["components"]}
        checker = jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker())
        return [f"{error.json_path}: {error.message[:200]}" for error in checker.iter_errors(value)]

    def operation(self, method: str, path: str) -> tuple[str, dict[str, Any]] | None:
        for pattern, template, item in self._routes:
            if pattern.match(path) and method.lower() in item:
                return template, item[method.lower()]
        return None

    def check(self, environ: dict[str, Any], body: bytes, status: int, headers: dict[str, str], answer: bytes) -> None:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        if not path.startswith("/v1/"):
            return
        found = self.operation(method, path)
        if found is None:
            # Werkzeug answers HEAD wherever it answers GET; that is no operation of its own.
            if not (method == "HEAD" and self.operation("GET", path)):
                self._check_problem("an undescribed call", status, headers, answer, {"not-found", "method-not-allowed"})
            return
        template, operation = found
        where = f"{method} {template} -> {status}"
        self.seen.add((method, template, status))
        wrong = self._request_errors(operation, environ, body)
        if wrong and (status < 400 or self.of_client):
            self.broken.append(f"{where}: a request that breaks the document: {wrong}")
        self._check_answer(where, operation, status, headers, answer, method)

    def _request_errors(self, operation: dict[str, Any], environ: dict[str, Any], body: bytes) -> list[str]:
        wrong = []
        for parameter in map(self.resolve, operation.get("parameters", ())):
            if parameter["in"] == "header":
                value = environ.get("HTTP_" + parameter["name"].upper().replace("-", "_"))
                if value is None and parameter["required"]:
                    wrong.append(f"{parameter['name']} is missing")
                elif value is not None:
                    wrong += self.errors(value, parameter["schema"])
        if "requestBody" in operation:
            try:
                value = json.loads(body)
            except (ValueError, RecursionError):
                return [*wrong, "no JSON"]
            wrong += self.errors(value, operation["requestBody"]["content"]["application/json"]["schema"])
        return wrong

    def _check_answer(
        self, where: str, operation: dict[str, Any], status: int, headers: dict[str, str], answer: bytes, method: str
    ) -> None:
        described = operation["responses"].get(str(status))
        if described is None and status >= 400:
            described = operation["responses"]["default"]
        if described is None:
            self.broken.append(f"{where}: this status is not described")
            return
        described = self.resolve(described)
        for name, header in described.get("headers", {}).items():
            value = headers.get(name.lower())
            if value is None:
                self.broken.append(f"{where}: {name} is missing")
            else:
                self.broken += [
                    f"{where}: {name}: {error}" for error in self.errors(value, self.resolve(header)["schema"])
                ]
        content = described.get("content")
        if content is None or method == "HEAD":
            return
        mimetype, _ = parse_options_header(headers.get("content-type"))
        if mimetype not in content:
            self.broken.append(f"{where}: {mimetype} is not described")
        elif mimetype.endswith("json"):
            found = self.errors(json.loads(answer), content[mimetype]["schema"])
            self.broken += [f"{where}: {error}" for error in found]
            if mimetype == "application/problem+json":
                self._check_problem(where, status, headers, answer, set(content[mimetype]["examples"]))

    def _check_problem(self, where: str, status: int, headers: dict[str, str], answer: bytes, codes: set[str]) -> None:
        problem = json.loads(answer or b"{}")
        if headers.get("content-type") != "application/problem+json" or problem.get("code") not in codes:
            self.broken.append(f"{where}: {status} {problem.get('code')} is not among {sorted(codes)}")
        elif problem["status"] != status or str(problem.get("retryAfter", "")) != headers.get("retry-after", ""):
            self.broken.append(f"{where}: the problem and the headers differ")

    def watch(self, application: Answered) -> Answered:
        """The application, with every request and answer checked; files are passed through unread."""

        def watched(environ: dict[str, Any], start_response: Answered) -> Iterable[bytes]:
            body = b""
            length = int(environ.get("CONTENT_LENGTH") or 0)
            if 0 < length <= 2 * 1024 * 1024:
                body = environ["wsgi.input"].read(length)
                environ["wsgi.input"] = io.BytesIO(body)
            asked = dict(environ)
            told: list[Any] = []

            def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
                told[:] = [int(status.split()[0]), {name.lower(): value for name, value in headers}]
                return start_response(status, headers, exc_info)

            answer: Any = application(environ, start)
            status, headers = told
            if headers.get("content-type") == "application/octet-stream":
                self.check(asked, body, status, headers, b"")
                return cast("Iterable[bytes]", answer)
            with contextlib.closing(answer) if hasattr(answer, "close") else contextlib.nullcontext():
                parts = list(answer)
            self.check(asked, body, status, headers, b"".join(parts))
            return parts

        return watched
