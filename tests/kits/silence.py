"""A store that accepts requests and never answers them, or whose answer drips without an end."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_DRIP_SECONDS = 0.02


@dataclass
class Silence:
    """Around a store's application: while `kind` is ``silent`` or ``dripping``, requests of `paths` get no answer."""

    kind: str | None = None
    paths: tuple[str, ...] = ("/",)
    asked: list[str] = field(default_factory=list)
    given_up: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def around(self, application: WSGIApplication) -> WSGIApplication:
        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if self.kind is None or not environ["PATH_INFO"].startswith(self.paths):
                return application(environ, start_response)
            self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
            if self.kind == "dripping":
                start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "8000000")])
                return self._dripping()
            self.over.wait()
            return application(environ, start_response)

        return answer

    def _dripping(self) -> Iterator[bytes]:
        try:
            while not self.over.wait(_DRIP_SECONDS):
                yield b" "
        except GeneratorExit:
            self.given_up += 1
            raise
