"""``companion verify``."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from companion.cli.commands.downloads.results import FetchResult
from companion.cli.commands.downloads.verify import VerifyResult
from tests.kits.cli import FAMILY, Cli


def test_a_file_is_checked_and_repaired(cli: Cli, tmp_path: Path, artifact: bytes) -> None:
    cli.add(FAMILY)
    good = Path(cli.opened(FAMILY, "download", FAMILY, "--json").shown(FetchResult).path)
    digest = hashlib.sha256(artifact).hexdigest()
    length = 256 * 1024
    pieces = tmp_path / "pieces.json"
    starts = range(0, len(artifact), length)
    parts = [hashlib.sha256(artifact[start : start + length]).hexdigest() for start in starts]
    pieces.write_text(json.dumps({"length": length, "sha256": parts}))
    options = ["--sha256", digest, "--pieces", pieces]
    assert cli("verify", good, *options, "--json").shown(VerifyResult).ok
    damaged = bytearray(artifact)
    damaged[length + 5] ^= 1
    good.write_bytes(damaged)
    ran = cli("verify", good, *options, "--json")
    assert ran.code == 1
    assert ran.shown(VerifyResult).bad_pieces == (1,)
    assert "--repair" in cli("verify", good, *options).out
    alone = cli("verify", good, "--pieces", pieces, "--json").shown(VerifyResult)
    assert (alone.ok, alone.sha256, alone.bad_pieces) == (False, None, (1,))
    url = f"{cli.url}/v1/probe"
    assert cli("verify", good, *options, "--repair", url, "--json").code != 0, "that address has another file"


def test_what_cannot_be_checked(bare: Cli, tmp_path: Path) -> None:
    bare("verify", tmp_path / "nothing", "--sha256", "0" * 64, "--json").error(1, "missing")
    bare("verify", tmp_path / "nothing", "--json").error(2, "usage")
    bad = tmp_path / "pieces.json"
    bad.write_text("[]")
    file = tmp_path / "file"
    file.write_bytes(b"x")
    bare("verify", file, "--sha256", "0" * 64, "--pieces", bad, "--json").error(2, "bad-file")
