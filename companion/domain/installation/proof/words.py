"""What came of running an installer, for people."""

from __future__ import annotations

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.text import joined
from companion.domain.installation.codes.windows import NOTHING_CHANGED
from companion.domain.installation.ending import EndingText
from companion.domain.installation.exit_codes import Outcome
from companion.domain.installation.proof.outcome import FileOutcome, Proof
from companion.domain.installation.proof.system_record import InstalledProduct
from companion.domain.store.profile import ExitMeaning

_OPEN_IT = "Check that the program opens."
_AGAIN = "Install it again. If the result is the same, ask the maker of the program."
_ERRORS = {
    FileOutcome.CHANGED_NOTHING: ErrorCode.NOT_PROVEN,
    FileOutcome.REMOVED: ErrorCode.NOT_PROVEN,
    FileOutcome.STILL_RUNNING: ErrorCode.NOT_PROVEN,
    FileOutcome.CANCELLED: ErrorCode.INSTALLER_CANCELLED,
    FileOutcome.BLOCKED: ErrorCode.INSTALLER_BLOCKED,
    FileOutcome.FAILED: ErrorCode.INSTALLER_FAILED,
}
_FAILURES = {
    FileOutcome.CANCELLED: "The installation was cancelled",
    FileOutcome.BLOCKED: "The installation was blocked",
    FileOutcome.FAILED: "The installation failed",
}


def proof_text(
    proof: Proof, explained: Outcome | None, name: str, *, still_running: tuple[str, ...] = (), cause: str | None = None
) -> EndingText:
    """Returns what came of it: `name` is what the file is called, `cause` what its own log gives as the reason.

    `explained` is None where nothing was run.
    """
    called = proof.after.name if proof.after else name
    if explained is not None and proof.outcome in _FAILURES:
        return _failed(proof, explained, cause)
    if proof.outcome is FileOutcome.INSTALLED:
        return EndingText(title=f"{called} is installed", message=_listed(proof))
    if proof.outcome is FileOutcome.AS_BEFORE:
        message = f"The same version was installed before: {_versioned(proof.after)}."
        return EndingText(title=f"{called} is installed", message=message)
    if explained is not None and proof.outcome is FileOutcome.RESTART_LEFT:
        return _restart(proof, explained)
    if proof.outcome is FileOutcome.STILL_RUNNING:
        return EndingText(
            title="The installer is still at work",
            message=_goes_on(still_running),
            hint=f"Wait until it has finished. {_OPEN_IT}",
        )
    return _without_proof(proof, called)


def proof_error(text: EndingText, outcome: FileOutcome) -> CompanionError | None:
    """Returns what came of it as an error, or None when nothing speaks against a success."""
    code = _ERRORS.get(outcome)
    return CompanionError(code, text.title, text.message, text.hint) if code else None


def _failed(proof: Proof, explained: Outcome, cause: str | None) -> EndingText:
    message = explained.sentence
    if cause:
        message += f" Its log says: {cause}"
    hint = explained.hint
    if (changed := _change_in_record(proof)) is not None:
        message += f" {changed}"
        hint = hint.removeprefix(f"{NOTHING_CHANGED} ")
    hint += f" (Exit code {explained.shown})"
    return EndingText(title=_FAILURES[proof.outcome], message=message, hint=hint)


def _change_in_record(proof: Proof) -> str | None:
    """Returns what the system lists otherwise than before the failure; None where it shows no change."""
    if proof.after is not None:
        return f"The system lists {_versioned(proof.after)} all the same." if proof.after != proof.before else None
    # That a product is missing in a record that could not be read, which has a reason, shows no removal.
    if proof.before is not None and proof.reason is None:
        return f"The system no longer lists {_versioned(proof.before)}."
    return None


def _restart(proof: Proof, explained: Outcome) -> EndingText:
    asked = explained.meaning is ExitMeaning.RESTART
    message = explained.sentence if asked else "The installer reports success, and the system waits for a restart."
    if proof.before is not None:
        old = f" ({proof.before.version})" if proof.before.version else ""
        message += f" Until then the old version{old} stays in use."
    hint = explained.hint if asked else "Save your work and restart the PC before you use the program."
    return EndingText(title="A restart completes the installation", message=message, hint=hint)


def _without_proof(proof: Proof, called: str) -> EndingText:
    if proof.outcome is FileOutcome.PORTABLE:
        return EndingText(
            title="It needs no installation",
            message="It is a program that needs no installation: the system lists nothing new.",
            hint="Keep the file where you find it again. To use the program, open the file.",
        )
    if proof.outcome is FileOutcome.REMOVED:
        message = f"The installer reports success, and the system no longer lists {_versioned(proof.before)}."
        return EndingText(title=f"{called} is not installed any more", message=message, hint=_AGAIN)
    if proof.outcome is FileOutcome.CHANGED_NOTHING:
        listed = (
            f"the system still lists {_versioned(proof.before)}" if proof.before else "the system lists nothing new"
        )
        return EndingText(
            title="Nothing was installed",
            message=f"The installer reported success and changed nothing: {listed}.",
            hint=f"{_OPEN_IT} If not: {_AGAIN[0].lower()}{_AGAIN[1:]}",
        )
    reason = proof.reason or "installers of this kind are in no list of the system"
    return EndingText(
        title="The installer reports success",
        message=f"Companion cannot confirm that it is installed: {reason}.",
        hint=_OPEN_IT,
    )


def _goes_on(names: tuple[str, ...]) -> str:
    one = len(names) == 1
    return f"{joined(names)} still {'runs' if one else 'run'}. Companion does not end {'it' if one else 'them'}."


def _listed(proof: Proof) -> str:
    version = proof.after.version if proof.after else None
    now = f"The system lists it now, version {version}" if version else "The system lists it now"
    before = proof.before.version if proof.before else None
    also = f" It also lists {joined([entry.name for entry in proof.others[:5]])}." if proof.others else ""
    return f"{now}; before it was version {before}.{also}" if before and before != version else f"{now}.{also}"


def _versioned(entry: InstalledProduct | None) -> str:
    if entry is None:
        return "it"
    return f"{entry.name}, version {entry.version}" if entry.version else entry.name
