"""What is said of the origin of a running program: which entry starts it, which program, and which mode keeps it."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from companion.domain.core.platform import Platform
from companion.domain.core.text import joined
from companion.domain.pc.autostart_origin import Origin
from companion.domain.pc.facts import AutostartEntry, AutostartKind, Fact, Process, Scope, StartMoment, WindowState

# An administrator's policy is not for this app to change; without the desktop's program the PC shows nothing; and what
# runs once for each person has run already.
_NOT_HELD = frozenset({AutostartKind.POLICY, AutostartKind.WINLOGON, AutostartKind.ACTIVE_SETUP})
_MOMENTS = {
    None: "",
    StartMoment.SIGN_IN: " when you sign in",
    StartMoment.SYSTEM_START: " when the PC starts",
    StartMoment.DELAYED: " some minutes after the PC has started",
    StartMoment.UNLOCK: " when you unlock the PC",
    StartMoment.SCHEDULE: " at set times",
    StartMoment.EVENT: " when something happens on the PC",
}


class Background(enum.StrEnum):
    """Why a browser runs although it shows no window."""

    BOOST = "boost"
    """It was started so, to open faster."""
    STAYED = "stayed"
    """It may have stayed after its last window was closed."""


def why_it_runs(
    origin: Origin, autostart: Fact[tuple[AutostartEntry, ...]], background: Background | None, platform: Platform
) -> list[str]:
    """Returns why a program runs although the person did not open it, in sentences; none when that is not known."""
    if origin.entries:
        if origin.starter is None:
            return [autostart_sentence(entry, "It", platform) for entry in origin.entries]
        told = [f"It was started by {called(origin.starter)}."]
        return told + [autostart_sentence(entry, "That", platform) for entry in origin.entries]
    if background is Background.BOOST:
        return ["It starts automatically and waits in the background so that it opens faster (startup boost)."]
    told = [f"It was started by {called(origin.starter)}."] if origin.starter is not None else _not_known(autostart)
    if background is Background.STAYED:
        told.append("It may have gone on running in the background after its last window was closed.")
    return told


def _not_known(autostart: Fact[tuple[AutostartEntry, ...]]) -> list[str]:
    if autostart.looked_at and autostart.value is None:
        return [f"Whether it starts automatically is not known because {autostart.reason}."]
    if autostart.gaps:
        return [f"What starts it is not known because {joined(autostart.gaps)}."]
    return []


def autostart_sentence(entry: AutostartEntry, what: str, platform: Platform) -> str:
    """Returns how `entry` makes `what` ("It") start, in a sentence or two that name the entry."""
    name = f"*{entry.name}*"
    system = "Windows" if platform is Platform.WINDOWS else "the system"
    everyone = " for all users of this PC" if entry.scope is Scope.MACHINE else ""
    moment = _MOMENTS[entry.moment]
    told = {
        AutostartKind.RUN: f"{what} starts when you sign in: entry {name}{everyone}.",
        AutostartKind.RUN_ONCE: f"{what} starts once at the next sign-in: entry {name}.",
        AutostartKind.POLICY: f"{what} starts when you sign in because of an administrator's policy: entry {name}.",
        AutostartKind.STARTUP_FOLDER: f"{what} starts when you sign in: {name} in the Startup folder{everyone}.",
        AutostartKind.SERVICE: f"{what} is started by {system}{moment}: service {name}.",
        AutostartKind.SCHEDULED_TASK: f"{what} is started by the scheduled task {name}{moment}.",
        AutostartKind.XDG_AUTOSTART: f"{what} starts when you sign in: entry {name}{everyone}.",
        AutostartKind.SYSTEMD_UNIT: f"{what} starts when you sign in: unit {name}.",
        AutostartKind.LAUNCH_AGENT: f"{what} starts when you sign in: launch agent {name}.",
        AutostartKind.LOAD: f"{what} starts when you sign in: value {name} of the registry{everyone}.",
        AutostartKind.WINLOGON: f"{what} belongs to how Windows signs you in: value {name} of the registry{everyone}.",
        AutostartKind.LOGON_SCRIPT: f"{what} starts when you sign in: logon script {name}{everyone}.",
        AutostartKind.ACTIVE_SETUP: f"{what} is started once for each user by Windows: Active Setup of {name}.",
        AutostartKind.PACKAGED_APP: f"{what} starts when you sign in: startup task of the app {name}.",
    }[entry.kind]
    return f"{told} When it is ended, {system} starts it again." if entry.restarts else told


def holdable(origin: Origin) -> tuple[AutostartEntry, ...]:
    """Returns the entries that may be switched off for a while."""
    return tuple(entry for entry in origin.entries if entry.kind not in _NOT_HELD)


def unseen(process: Process) -> bool:
    """Returns whether a process shows nothing that could be closed by hand."""
    return process.windows in (WindowState.NONE, WindowState.HIDDEN)


def called(process: Process) -> str:
    """Returns the name of a program for people, marked as foreign."""
    return f"*{process.label or process.name}*"


def services_in_words(processes: Iterable[Process]) -> str:
    """Returns the services that these processes are: "the service *Mail Keeper*"; empty when they are none."""
    names = sorted({f"*{process.service}*" for process in processes if process.service is not None})
    return f"the {'service' if len(names) == 1 else 'services'} {joined(names)}" if names else ""


def what_to_do_about_the_starter(origin: Origin) -> str:
    """Returns what helps against a program that starts a closed one again; empty when none is known to."""
    starter = origin.starter
    if starter is None:
        return ""
    if not unseen(starter):
        return f"Close {called(starter)} first."
    shows_nothing = f"{called(starter)} has no window, so it cannot be closed first."
    held = holdable(origin)
    if not held:
        return f"{shows_nothing} What starts it is not known: restart the PC, and look here again before you go on."
    names = joined([f"*{entry.name}*" for entry in held])
    return (
        f"{shows_nothing} Let Companion switch off {names} until the installation is done, then restart the PC: "
        "neither of them starts after that."
    )
