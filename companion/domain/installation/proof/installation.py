"""The result of installing a file of any maker."""

from __future__ import annotations

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Exact, Model
from companion.domain.installation.ending import EndingText
from companion.domain.installation.files.identity import InstallerIdentity
from companion.domain.installation.files.verification import Verification
from companion.domain.installation.models import InstallationResult
from companion.domain.installation.proof.outcome import Proof
from companion.domain.installation.proof.words import proof_error, proof_text


class CheckedFile(Model, frozen=True):
    """A file as it was looked at: what it is, and the digest of what is to be run."""

    place: Exact
    name: str
    found: InstallerIdentity
    size: int
    sha256: str
    verification: Verification

    @property
    def job(self) -> str:
        """The name under which what is changed for this installation is written down."""
        return f"file-{self.sha256[:32]}"


class FileInstallation(Model, frozen=True):
    """How installing a file ended.

    `result` is None where nothing was run, because there is nothing to install. `log` is where the installer's own log
    was kept, `cause` what it gives as the reason of a failure.
    """

    file: CheckedFile
    proof: Proof
    result: InstallationResult | None = None
    log: Exact | None = None
    cause: str | None = None


def installation_text(done: FileInstallation) -> EndingText:
    """Returns how it ended, for people."""
    name = done.file.found.product_name or done.file.name
    still = done.result.still_running if done.result else ()
    explained = done.result.outcome if done.result else None
    return proof_text(done.proof, explained, name, still_running=still, cause=done.cause)


def installation_error(done: FileInstallation) -> CompanionError | None:
    """Returns how it ended as an error, or None when nothing speaks against a success."""
    return proof_error(installation_text(done), done.proof.outcome)
