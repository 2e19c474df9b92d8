"""``companion install``: from a verified file to a working product."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from companion.cli.arguments import common, order_number
from companion.cli.journey import blocked, not_installed
from companion.cli.output import EXIT_DONE, EXIT_OF_KIND, Trouble
from companion.cli.run import Run, interruptible
from companion.domain.errors import CompanionError
from companion.domain.findings import Finding, Severity
from companion.domain.installing import InstallationResult
from companion.domain.orders import Download
from companion.domain.profile import Stage
from companion.domain.wire import Value

if TYPE_CHECKING:
    from companion.services.library_values import KnownFile


class Installed(Value, frozen=True):
    """``install``: what was found on this PC, how the installer ended; `error` says why it is not installed."""

    order_number: str
    artifact_id: str
    path: str
    findings: tuple[Finding, ...]
    result: InstallationResult | None
    seat_taken: bool
    error: Trouble | None = None


def add_install(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion install``."""
    order_number(parser)
    parser.add_argument("artifact", metavar="ARTIFACT", nargs="?", help="the download, if the order has several")
    common(
        parser,
        install,
        long=True,
        epilog="JSON: {orderNumber, artifactId, path, findings, result: {exitCode, outcome, proven, missing, …},\n"
        "seatTaken, error}\nThe file must have been downloaded before.",
    )


def install(run: Run) -> int:
    """Check this PC, verify the file, run it, and explain how it ended."""
    from companion.domain.artifacts import pick

    services, number = run.services, run.number()
    order = run.opened(number, lambda: services.orders.order(number))
    artifact = pick(order, run.arguments.artifact, services.platform.name)
    file = _file_of(run, number, artifact)
    profile, grant = services.orders.profile(), services.purchases.grant(number, artifact.artifact_id)
    licence = next((licence for licence in order.licences if licence.id == artifact.licence_id), None)
    result: InstallationResult | None = None
    error: CompanionError | None = None
    seat_taken = False
    with interruptible() as cancellation:
        needed = services.installations.requirements(profile, artifact, file.folder, grant)
        rows = services.installations.look(Stage.INSTALL, needed, cancellation)
        blocking = [row for row in rows if row.severity is Severity.BLOCKS]
        if blocking:
            error = blocked(blocking)
        else:
            done = services.installations.install(
                number, licence, grant, file.path, profile, lambda step: run.output.step(step, step.sentence),
                cancellation,
            )  # fmt: skip
            result, seat_taken = done.result, done.licence is not None
            error = None if result.succeeded else not_installed(result)
    error = run.troubled(error) if error else None
    shown = Installed(
        order_number=number, artifact_id=artifact.artifact_id, path=str(file.path), findings=rows, result=result,
        seat_taken=seat_taken, error=Trouble.of(error) if error else None,
    )  # fmt: skip
    run.output.result(shown, *_lines(shown))
    return EXIT_OF_KIND[error.kind] if error else EXIT_DONE


def _lines(shown: Installed) -> list[str]:
    if shown.error is not None:
        return [shown.error.title, f"  {shown.error.message}", f"  → {shown.error.hint}"]
    assert shown.result is not None  # noqa: S101 - without an error the installer has run
    lines = [f"{shown.result.outcome.sentence} {shown.result.outcome.hint}"]
    if shown.result.proven:
        lines.append("Everything it installs is in its place.")
    if shown.seat_taken:
        lines.append("This PC has taken a seat of the licence.")
    return lines


def _file_of(run: Run, number: str, artifact: Download) -> KnownFile:
    """The verified download of an artifact. Raises `CompanionError` ``not-downloaded``."""
    for file in run.services.purchases.files():
        if (file.number, file.artifact) == (number, artifact.artifact_id):
            return file
    raise CompanionError(
        "not-downloaded",
        "It has not been downloaded yet",
        f"{artifact.name} is not on this PC, or no longer where it was put.",
        f"Download it first: companion download {number} {artifact.artifact_id}",
    )
