"""How urgent something is, as the style sheet calls it."""

from __future__ import annotations

from companion.domain.overview.product_cards import Tone

TONES = {Tone.OK: "ok", Tone.ATTENTION: "attention", Tone.OVER: "over", Tone.ENDED: ""}
