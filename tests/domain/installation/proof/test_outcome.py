"""What came of an installer: technology, exit code, and the record before and after."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from companion.domain.core.platform import Platform
from companion.domain.installation.exit_codes import explain_exit
from companion.domain.installation.files.identity import InstallerIdentity, Technology
from companion.domain.installation.proof.outcome import Evidence, FileOutcome, Proof, newer_version, proof_of
from companion.domain.installation.proof.products import is_of_file
from companion.domain.installation.proof.system_record import InstalledProduct, RecordView, SystemRecord, product
from companion.domain.installation.proof.words import proof_error, proof_text

SUITE = InstallerIdentity(
    technology=Technology.MSI, product_name="Harbour Suite", version="4.2", publisher="Harbour Software Ltd"
)
OLD = product("Harbour Suite 4.1", "{OLD}", RecordView.MACHINE, version="4.1", publisher="Harbour Software Ltd")
NEW = product("Harbour Suite 4.2", "{NEW}", RecordView.MACHINE, version="4.2", publisher="Harbour Software Ltd")
OTHER = product("Chart Reader", "Chart", RecordView.MACHINE, version="1.0", publisher="Somebody else")
OTHER_LATER = replace(OTHER, version="1.1")
NOT_READ = SystemRecord.unknown("it does not answer")


def listing(*products: InstalledProduct) -> SystemRecord:
    return SystemRecord(products=products)


def run(
    before: SystemRecord,
    after: SystemRecord,
    code: int = 0,
    *,
    file: InstallerIdentity = SUITE,
    restart: bool = False,
    still: tuple[str, ...] = (),
) -> Proof:
    explained = explain_exit(code, None, Platform.WINDOWS, file.technology)
    return proof_of(
        Evidence(
            file=file, explained=explained, before=before, after=after, restart_pending=restart, still_running=still
        )
    )


def of(technology: Technology, name: str | None = "Harbour Suite") -> InstallerIdentity:
    return replace(SUITE, technology=technology, product_name=name)


@pytest.mark.parametrize(
    ("before", "after", "code", "outcome", "verified"),
    [
        ((), (NEW,), 0, FileOutcome.INSTALLED, True),
        ((OLD,), (NEW,), 0, FileOutcome.INSTALLED, True),
        ((OLD,), (OLD, NEW), 0, FileOutcome.INSTALLED, True),
        ((OTHER,), (OTHER, NEW), 0, FileOutcome.INSTALLED, True),
        ((NEW,), (NEW,), 0, FileOutcome.AS_BEFORE, True),
        ((OLD,), (OLD,), 0, FileOutcome.CHANGED_NOTHING, False),
        ((), (), 0, FileOutcome.CHANGED_NOTHING, False),
        ((OTHER,), (OTHER_LATER,), 0, FileOutcome.CHANGED_NOTHING, False),
        ((OLD,), (), 0, FileOutcome.REMOVED, False),
        ((OLD,), (OLD,), 3010, FileOutcome.RESTART_LEFT, None),
        ((OLD,), (NEW,), 3010, FileOutcome.RESTART_LEFT, None),
        ((), (NEW,), 1641, FileOutcome.RESTART_LEFT, None),
        ((), (), 1602, FileOutcome.CANCELLED, False),
        ((), (), 1618, FileOutcome.BLOCKED, False),
        ((), (), 1603, FileOutcome.FAILED, False),
        ((), (NEW,), 1603, FileOutcome.FAILED, False),
        ((NEW,), (NEW,), 1638, FileOutcome.BLOCKED, False),
    ],
)
def test_the_record_decides(before, after, code, outcome, verified):
    found = run(listing(*before), listing(*after), code)
    assert (found.outcome, found.verified) == (outcome, verified)


@pytest.mark.parametrize(
    ("technology", "outcome"),
    [
        (Technology.MSI, FileOutcome.CHANGED_NOTHING),
        (Technology.INNO, FileOutcome.CHANGED_NOTHING),
        (Technology.NSIS, FileOutcome.CHANGED_NOTHING),
        (Technology.BURN, FileOutcome.CHANGED_NOTHING),
        (Technology.INSTALLSHIELD, FileOutcome.CHANGED_NOTHING),
        (Technology.SQUIRREL, FileOutcome.CHANGED_NOTHING),
        (Technology.DEB, FileOutcome.CHANGED_NOTHING),
        (Technology.RPM, FileOutcome.CHANGED_NOTHING),
        (Technology.PKG, FileOutcome.CHANGED_NOTHING),
        (Technology.PE, FileOutcome.PORTABLE),
        (Technology.APPIMAGE, FileOutcome.PORTABLE),
        (Technology.SFX, FileOutcome.UNRECORDED),
        (Technology.RUN, FileOutcome.UNRECORDED),
        (Technology.DMG, FileOutcome.UNRECORDED),
        (Technology.MSIX, FileOutcome.REPORTED),
    ],
)
def test_a_success_that_no_list_shows_means_what_the_technology_lets_it_mean(technology, outcome):
    assert run(listing(OTHER), listing(OTHER), file=of(technology)).outcome is outcome


def test_every_technology_is_proven_by_a_new_entry():
    for technology in Technology:
        assert run(listing(), listing(NEW), file=of(technology)).outcome is FileOutcome.INSTALLED


@pytest.mark.parametrize(("before", "after"), [(NOT_READ, listing(NEW)), (listing(), NOT_READ), (NOT_READ, NOT_READ)])
def test_a_record_that_was_not_read_proves_nothing(before, after):
    found = run(before, after)
    assert (found.outcome, found.verified, found.reason) == (FileOutcome.REPORTED, None, "it does not answer")
    text = proof_text(found, explain_exit(0, None), "setup.msi")
    assert text.message == "Companion cannot confirm that it is installed: it does not answer."
    assert run(before, after, 1603).outcome is FileOutcome.FAILED


def test_an_update_under_another_key_tells_both_versions():
    found = run(listing(OLD), listing(NEW))
    assert (found.before, found.after) == (OLD, NEW)
    text = proof_text(found, explain_exit(0, None), "setup.msi")
    assert text.title == "Harbour Suite 4.2 is installed"
    assert text.message == "The system lists it now, version 4.2; before it was version 4.1."


def test_another_program_that_is_updated_meanwhile_is_not_taken_for_it():
    found = run(listing(OTHER, OLD), listing(OTHER_LATER, NEW))
    assert (found.before, found.after) == (OLD, NEW)
    nameless = run(listing(OTHER), listing(OTHER_LATER), file=of(Technology.NSIS, None))
    assert nameless.after == OTHER_LATER, "a file that names no product may have installed anything"


def test_what_else_was_installed_is_told():
    runtime = product("Runtime", "Runtime", RecordView.MACHINE)
    found = run(listing(), listing(runtime, NEW))
    assert (found.after, found.others) == (NEW, (runtime,))
    assert "It also lists Runtime." in proof_text(found, explain_exit(0, None), "x").message


def test_a_restart_that_only_the_system_knows_of_is_told():
    found = run(listing(OLD), listing(NEW), restart=True)
    assert found.outcome is FileOutcome.RESTART_LEFT
    message = proof_text(found, explain_exit(0, None), "x").message
    assert message.endswith("Until then the old version (4.1) stays in use.")


def test_what_goes_on_after_its_bootstrapper_is_no_success_yet():
    found = run(listing(), listing(), still=("setup2.exe",))
    text = proof_text(found, explain_exit(0, None), "x", still_running=("setup2.exe",))
    assert found.outcome is FileOutcome.STILL_RUNNING
    assert text.message == "setup2.exe still runs. Companion does not end it."
    several = proof_text(found, explain_exit(0, None), "x", still_running=("a.exe", "b.exe")).message
    assert several == "a.exe and b.exe still run. Companion does not end them."
    error = proof_error(text, found.outcome)
    assert error is not None
    assert error.code == "not-proven"
    assert run(listing(), listing(NEW), still=("helper.exe",)).outcome is FileOutcome.INSTALLED


@pytest.mark.parametrize("outcome", FileOutcome)
def test_every_outcome_has_words(outcome):
    explained = explain_exit(0, None)
    for before, after in ((None, None), (OLD, None), (None, NEW), (OLD, NEW)):
        proof = Proof(outcome=outcome, before=before, after=after)
        text = proof_text(proof, explained, "setup.exe", still_running=("x",), cause="Error 1923.")
        assert text.title
        assert text.message.endswith(".")
        error = proof_error(text, outcome)
        good = {"installed", "asBefore", "restartLeft", "portable", "unrecorded", "reported"}
        assert (error is None) == (outcome.value in good)


def test_the_reason_in_the_log_is_told_with_a_failure():
    text = proof_text(run(listing(), listing(), 1603), explain_exit(1603, None), "x", cause="Error 1923. No rights.")
    assert "Its log says: Error 1923. No rights." in text.message


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ((), (), "The installation was cancelled."),
        ((OLD,), (OLD,), "The installation was cancelled."),
        ((), (NEW,), "The installation was cancelled. The system lists Harbour Suite 4.2, version 4.2 all the same."),
        ((OLD,), (), "The installation was cancelled. The system no longer lists Harbour Suite 4.1, version 4.1."),
    ],
)
def test_it_is_not_said_that_nothing_was_changed_where_the_record_tells_otherwise(before, after, message):
    text = proof_text(run(listing(*before), listing(*after), 1602), explain_exit(1602, None), "x")
    assert text.message == message
    unchanged = "Nothing was changed. " if before == after else ""
    assert text.hint == f"{unchanged}Start it again whenever you like. (Exit code 1602)"


@pytest.mark.parametrize("after", [NOT_READ, replace(listing(OTHER), known=False, reason="a part is missing")])
def test_a_record_that_cannot_be_read_afterwards_shows_no_removal(after):
    text = proof_text(run(listing(OLD, OTHER), after, 1602), explain_exit(1602, None), "x")
    assert text.message == "The installation was cancelled."


@pytest.mark.parametrize(
    ("name", "publisher", "same"),
    [
        ("Harbour Suite", None, True),
        ("Harbour Suite 4.2 (64-bit)", None, True),
        ("HARBOUR SUITE version 4.2.1", None, True),
        ("Harbour Suite Professional", "Harbour Software", True),
        ("Harbour Suite Professional", "Somebody", False),
        ("Harbour", None, False),
        ("Chart Reader", "Harbour Software Ltd", False),
        ("4.2", None, False),
    ],
)
def test_the_entry_of_a_file_is_found_by_its_name(name, publisher, same):
    entry = product(name, "key", RecordView.MACHINE, publisher=publisher)
    assert is_of_file(entry, SUITE) is same


def test_packages_are_found_by_their_exact_name():
    deb = InstallerIdentity(technology=Technology.DEB, product_name="harbour", version="2.0")
    entry = product("harbour", "harbour:amd64", RecordView.DPKG, version="1.0")
    assert is_of_file(entry, deb)
    assert not is_of_file(product("harbour-data", "harbour-data:all", RecordView.DPKG), deb)
    assert not is_of_file(product("harbour", "harbour", RecordView.RPM), deb)


def test_the_same_version_may_be_spelled_longer():
    longer = replace(SUITE, version="4.2.0.0")
    assert run(listing(NEW), listing(NEW), file=longer).outcome is FileOutcome.AS_BEFORE
    unknown = replace(SUITE, version=None)
    assert run(listing(NEW), listing(NEW), file=unknown).outcome is FileOutcome.CHANGED_NOTHING


def test_a_newer_version_that_is_installed_is_told_before():
    assert newer_version(listing(replace(NEW, version="5.0")), SUITE) == "5.0"
    assert newer_version(listing(OLD), SUITE) is None
    assert newer_version(listing(replace(NEW, version=None)), SUITE) is None
    epoch = replace(NEW, version="1:1.0")
    assert newer_version(listing(epoch), replace(SUITE, version="2.0")) == "1:1.0"
    assert newer_version(listing(epoch), replace(SUITE, version="1:2.0")) is None
