"""What who holds the update server or the network can do: keep an update away, and nothing else.

The attacks are those that The Update Framework's specification lists (section 1.5.2).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner

from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode
from companion.domain.transfers.models import TransferProgress
from companion.domain.updates.release import FoundRelease
from companion.services.app.cancellation import Cancellation
from companion.services.updates.client import UpdateClient
from companion.services.updates.source import TrustedSource
from tests.kits.updates import DESCRIBING, PROGRAM, Site, client, fresh_keys, now, release, site
from tools.release.keys import RETIRED
from tools.release.repository import Repository

MOST_SECONDS = 120.0


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path / "site") as made:
        made.offer("0.2.0")
        yield made


@pytest.fixture
def program(served: Site, tmp_path: Path) -> UpdateClient:
    return client(served.source(), tmp_path / "program")


def look(program: UpdateClient) -> FoundRelease:
    found = program.look(Cancellation(), seconds=MOST_SECONDS)
    assert found is not None
    return found


def fetch(program: UpdateClient, found: FoundRelease) -> Path:
    return program.fetch(found, Cancellation(), lambda _: None)


def refused(program: UpdateClient, code: ErrorCode = ErrorCode.UPDATE_NOT_TRUSTED) -> CompanionError:
    with pytest.raises(CompanionError) as caught:
        look(program)
    assert caught.value.code is code, caught.value
    return caught.value


def test_a_release_is_found_and_fetched_whole(served: Site, program: UpdateClient) -> None:
    found = look(program)
    assert (found.release.version, found.release.notes, found.size) == ("0.2.0", ("Faster.",), len(PROGRAM))
    assert fetch(program, found).read_bytes() == PROGRAM
    assert look(program) == found, "a further look finds the same"


def test_nothing_for_this_system_is_no_failure(served: Site, tmp_path: Path) -> None:
    assert UpdateClient(served.source(), tmp_path / "other", "macos-arm64.json").look(Cancellation()) is None


def test_arbitrary_software_is_not_taken(served: Site, program: UpdateClient) -> None:
    found = look(program)
    (stored,) = served.folder.glob("targets/*.tar.xz")
    stored.write_bytes(PROGRAM[::-1])
    with pytest.raises(CompanionError) as caught:
        fetch(program, found)
    assert caught.value.code is ErrorCode.CORRUPT
    assert not list((served.folder.parent / "program").rglob("*.tar.xz"))


def test_metadata_by_other_keys_is_not_believed(served: Site, program: UpdateClient, tmp_path: Path) -> None:
    with site(tmp_path / "evil") as evil:
        evil.offer("9.0.0", b"evil")
    shutil.rmtree(served.folder)
    shutil.copytree(tmp_path / "evil", served.folder)
    refused(program)


def test_one_stolen_root_key_is_not_enough(served: Site, program: UpdateClient, tmp_path: Path) -> None:
    thief = fresh_keys()
    stolen = served.keys["root"][0]
    with site(tmp_path / "evil") as evil:
        evil.keys = {**thief, RETIRED: [stolen]}
        shutil.rmtree(evil.folder / "metadata")
        root = evil.again().root
        root.signed.version = 2
        root.signatures.clear()
        for key in (*thief["root"], stolen):
            root.sign(key, append=True)
        root.to_file(str(served.folder / "metadata/2.root.json"))
    refused(program)


@pytest.mark.parametrize("role", ["targets", "snapshot", "timestamp"])
def test_swapped_keys_of_a_role_are_noticed(served: Site, program: UpdateClient, role: str) -> None:
    served.repository.keys[role] = [CryptoSigner.generate_ed25519()]
    served.offer("0.3.0")
    refused(program)


def test_an_old_state_is_not_taken_for_a_new_one(served: Site, program: UpdateClient, tmp_path: Path) -> None:
    shutil.copytree(served.folder, tmp_path / "old")
    served.offer("0.3.0")
    assert look(program).release.version == "0.3.0"
    shutil.rmtree(served.folder)
    shutil.copytree(tmp_path / "old", served.folder)
    refused(program)


def test_an_older_release_signed_anew_is_found_and_not_offered(served: Site, program: UpdateClient) -> None:
    from companion.domain.updates.decisions import is_newer

    served.offer("0.0.9")
    found = look(program)
    assert found.release.version == "0.0.9"
    assert not is_newer(found.release, "0.1.0")


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
def test_a_frozen_state_is_told_once_it_is_too_old(served: Site, program: UpdateClient, role: str) -> None:
    metadata = getattr(served.repository, role)
    from tools.release import repository

    lives = dict(repository.LIVES)
    long_ago = served.again(now() - lives[role] - dt.timedelta(days=1))
    metadata = getattr(long_ago, role)
    long_ago.publish()
    assert metadata.signed.expires < now()
    if role != "timestamp":
        fresh = served.again()
        # Only what is above it is renewed, as by a server that holds those keys.
        fresh._write("timestamp", fresh.timestamp)
    told = refused(program, ErrorCode.UPDATE_TOO_OLD)
    assert "date and time" in told.hint


def test_an_expired_root_ends_trust(served: Site, tmp_path: Path) -> None:
    with site(tmp_path / "old-site") as old:
        shutil.rmtree(old.folder / "metadata")
        old.again(now() - dt.timedelta(days=2000))
        old.offer("0.2.0")
        refused(client(old.source(), tmp_path / "program"), ErrorCode.UPDATE_TOO_OLD)


def test_parts_of_different_states_do_not_mix(served: Site, program: UpdateClient) -> None:
    metadata = served.folder / "metadata"
    old_targets = (metadata / "1.targets.json").read_bytes()
    served.offer("0.3.0")
    (metadata / "2.targets.json").write_bytes(old_targets)
    refused(program)


def test_another_snapshot_than_the_timestamp_names(served: Site, program: UpdateClient) -> None:
    metadata = served.folder / "metadata"
    served.offer("0.3.0")
    (metadata / "2.snapshot.json").write_bytes((metadata / "1.snapshot.json").read_bytes())
    refused(program)


@pytest.mark.parametrize("part", ["timestamp.json", "1.snapshot.json", "1.targets.json", "2.root.json"])
def test_endless_data_is_cut_off(served: Site, program: UpdateClient, part: str) -> None:
    sent: list[int] = []

    def endless(asked: SimpleHTTPRequestHandler) -> bool:
        if not asked.path.endswith(part):
            return False
        asked.send_response(200)
        asked.send_header("Content-Type", "application/json")
        asked.end_headers()
        asked.close_connection = True
        try:
            while sum(sent) < 64 * 2**20:
                asked.wfile.write(b" " * 65536)
                sent.append(65536)
        except OSError:
            return True
        raise AssertionError("all of it was read")

    served.answer = endless
    refused(program)
    assert sum(sent) < 16 * 2**20


def test_an_endless_program_is_cut_off(served: Site, program: UpdateClient) -> None:
    found = look(program)

    def longer(asked: SimpleHTTPRequestHandler) -> bool:
        asked.send_response(200)
        asked.send_header("Content-Length", str(2**40))
        asked.end_headers()
        asked.close_connection = True
        with contextlib.suppress(OSError):
            asked.wfile.write(PROGRAM * 4)
        return True

    served.answer = longer
    with pytest.raises(CompanionError):
        fetch(program, found)
    kept = [path.stat().st_size for path in (served.folder.parent / "program/download").rglob("*.part")]
    assert all(size <= len(PROGRAM) for size in kept)


def test_a_wrong_length_is_not_taken(served: Site, program: UpdateClient) -> None:
    found = look(program)
    (stored,) = served.folder.glob("targets/*.tar.xz")
    stored.write_bytes(PROGRAM + b"more")
    with pytest.raises(CompanionError):
        fetch(program, found)


def test_a_description_of_wrong_length_is_not_taken(served: Site, program: UpdateClient) -> None:
    (stored,) = served.folder.glob(f"targets/*.{DESCRIBING}")
    stored.write_bytes(stored.read_bytes() + b" ")
    refused(program)


def test_an_interrupted_program_is_resumed(served: Site, program: UpdateClient) -> None:
    found = look(program)
    stop = Cancellation()

    def cut(asked: SimpleHTTPRequestHandler) -> bool:
        if not asked.path.endswith(".tar.xz"):
            return False
        asked.send_response(200)
        asked.send_header("Content-Length", str(len(PROGRAM)))
        asked.send_header("Accept-Ranges", "bytes")
        asked.send_header("ETag", '"one"')
        asked.end_headers()
        asked.wfile.write(PROGRAM[:150_000])
        asked.wfile.flush()
        stop.cancel()
        asked.close_connection = True
        return True

    served.answer = cut
    with pytest.raises(Cancelled):
        program.fetch(found, stop, lambda _: None)
    served.answer = lambda _: False
    seen: list[TransferProgress] = []
    assert program.fetch(found, Cancellation(), seen.append).read_bytes() == PROGRAM
    assert max(each.resumed_from for each in seen) > 0


def test_signatures_are_checked_without_the_library_that_the_built_program_lacks(served: Site, tmp_path: Path) -> None:
    (tmp_path / "root.json").write_bytes(served.repository.first_root)
    code = (
        "import sys; sys.modules['cryptography'] = None\n"
        "from pathlib import Path\n"
        "from companion.services.app.cancellation import Cancellation\n"
        "from companion.services.updates.client import UpdateClient\n"
        "from companion.services.updates.source import TrustedSource\n"
        "where, folder, describing = sys.argv[1:]\n"
        "source = TrustedSource(where, Path(folder, 'root.json').read_bytes())\n"
        "print(UpdateClient(source, Path(folder, 'program'), describing).look(Cancellation()).release.version)"
    )
    words = [sys.executable, "-c", code, served.address, str(tmp_path), DESCRIBING]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert (ran.stdout, ran.stderr) == ("0.2.0\n", "")


def test_keys_are_rotated_and_the_old_program_follows(served: Site, program: UpdateClient) -> None:
    look(program)
    for _ in range(3):
        new = fresh_keys()
        served.keys = {**new, RETIRED: served.keys["root"]}
        served.again()
        served.offer("0.3.0")
    assert served.repository.root.signed.version == 4
    assert look(program).release.version == "0.3.0"
    assert sorted(path.name for path in (served.folder / "metadata").glob("*.root.json"))[-1] == "4.root.json"


def test_a_program_recovers_from_versions_set_far_ahead(served: Site, program: UpdateClient) -> None:
    for role in ("timestamp", "snapshot", "targets"):
        getattr(served.repository, role).signed.version = 1_000_000
    served.offer("0.2.1")
    assert look(program).release.version == "0.2.1"
    # The keys that were abused are replaced, and version numbers begin again.
    new = fresh_keys()
    served.keys = {**new, "root": served.keys["root"]}
    for path in (served.folder / "metadata").glob("1000*.json"):
        path.unlink()
    for name in ("timestamp.json", "1.targets.json", "1.snapshot.json"):
        (served.folder / "metadata" / name).unlink()
    served.again()
    served.offer("0.3.0")
    assert served.repository.snapshot.signed.version < 1_000_000
    assert look(program).release.version == "0.3.0"


@pytest.mark.parametrize(
    "content",
    [
        b"no JSON",
        json.dumps({"version": "0.2.0"}).encode(),
        release("../../etc"),
        release("0.2.0", "../evil"),
        release("0.2.0", "missing.tar.xz"),
        b" " * (70 * 1024),
    ],
)
def test_a_signed_description_without_sense_is_refused(served: Site, program: UpdateClient, content: bytes) -> None:
    served.repository.add(DESCRIBING, content)
    served.repository.publish()
    refused(program)


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (503, "text/plain", ErrorCode.UPDATE_UNREACHABLE),
        (200, "text/html; charset=utf-8", ErrorCode.PORTAL),
        (200, "application/json", ErrorCode.UPDATE_NOT_TRUSTED),
    ],
)
def test_other_answers_are_told_apart(
    served: Site, program: UpdateClient, status: int, kind: str, code: ErrorCode
) -> None:
    def other(asked: SimpleHTTPRequestHandler) -> bool:
        asked.send_response(status)
        asked.send_header("Content-Type", kind)
        asked.send_header("Content-Length", "2")
        asked.end_headers()
        asked.wfile.write(b"hi")
        return True

    served.answer = other
    refused(program, code)


def test_a_server_that_is_gone_is_told_as_such(served: Site, program: UpdateClient) -> None:
    served.close()
    told = refused(program, ErrorCode.UPDATE_UNREACHABLE)
    assert "127.0.0.1" in told.message


def test_a_redirect_leads_to_safe_addresses_only(served: Site, program: UpdateClient) -> None:
    def elsewhere(asked: SimpleHTTPRequestHandler) -> bool:
        asked.send_response(302)
        asked.send_header("Location", "http://updates.example/")
        asked.send_header("Content-Length", "0")
        asked.end_headers()
        return True

    served.answer = elsewhere
    refused(program, ErrorCode.UNSAFE_ADDRESS)


def test_two_runs_do_not_look_at_the_same_time(served: Site, program: UpdateClient, tmp_path: Path) -> None:
    from companion.services.app.file_lock import locked

    look(program)
    with locked(tmp_path / "program/lock", patience=0.0):
        refused(program, ErrorCode.UPDATE_UNDERWAY)


def test_spoiled_memory_is_made_anew(served: Site, program: UpdateClient, tmp_path: Path) -> None:
    found = look(program)
    for path in (tmp_path / "program/metadata").rglob("*.json"):
        if not path.is_symlink():
            path.write_bytes(b"spoiled")
    assert look(program) == found


def test_the_root_that_is_built_in_must_be_whole(served: Site, tmp_path: Path) -> None:
    refused(client(TrustedSource(served.address, b"{}"), tmp_path / "program"))


def test_the_repository_goes_on_where_it_was(served: Site) -> None:
    before = served.repository.timestamp.signed.version
    again: Repository = served.again()
    again.publish()
    assert again.timestamp.signed.version == before + 1
    assert again.root.signed.version == 1
