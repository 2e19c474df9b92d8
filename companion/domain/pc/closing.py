"""Closing a program: which step comes next, what it is called for people, and how it ended."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable

from companion.domain.core.model import Model
from companion.domain.pc.facts import AutostartEntry, Process, WindowState
from companion.domain.pc.process_matching import Reach, Running

SETTLING = 0.4
"""Seconds after the request in which a new title counts as a part of closing, not as a question."""


class ClosingStep(enum.StrEnum):
    """How far closing one program is, as it is reported."""

    ASKING = "asking"
    """Its windows are being asked to close."""
    WAITING = "waiting"
    """It has been asked and is closing."""
    ASKS = "asks"
    """It shows a question of its own, such as whether to save."""
    ENDING_SESSION = "endingSession"
    """It is told that the session ends."""
    CONSENT_NEEDED = "consentNeeded"
    """It did not close; only force would help, and the person has not agreed to that."""
    STOPPING_SERVICE = "stoppingService"
    """It is a service, and the system is asked to stop it, as the person agreed to."""
    FORCING = "forcing"
    CLOSED = "closed"
    WATCHING = "watching"
    """Everything is closed; for a while it is checked whether a program starts again."""
    CAME_BACK = "cameBack"
    REFUSED = "refused"
    """The system did not allow it to be ended."""


class ClosingProgress(Model, frozen=True):
    """One step of closing one program, in a sentence."""

    step: ClosingStep
    name: str
    sentence: str
    pids: tuple[int, ...] = ()


class CameBack(Model, frozen=True):
    """A program that was closed and runs again, and what started it."""

    name: str
    process: Process
    sentence: str
    entries: tuple[AutostartEntry, ...] = ()


class Relaunch(Model, frozen=True):
    """How to open a closed program again: its name for people, and the program with its arguments."""

    name: str
    arguments: tuple[str, ...]


class ClosingResult(Model, frozen=True):
    """How closing ended: what is proven gone, what still runs, what came back, and what may be opened again.

    `consent_needed` names the programs that only force would end.
    """

    gone: tuple[int, ...] = ()
    left: tuple[int, ...] = ()
    consent_needed: tuple[str, ...] = ()
    came_back: tuple[CameBack, ...] = ()
    reopen: tuple[Relaunch, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Whether everything is gone and stayed gone."""
        return not self.left and not self.came_back


class Patience(Model, frozen=True):
    """How many seconds each step may take.

    `windows` is for a program that shows nothing, `question` for one that asks the person something, `session` for the
    end-session message, `force` for the end by force, and `watch` how long it is checked whether programs come back.
    """

    windows: float = 10.0
    question: float = 300.0
    session: float = 8.0
    force: float = 5.0
    watch: float = 30.0


class ClosingPhase(enum.StrEnum):
    """What has been done about a program so far."""

    UNTOUCHED = "untouched"
    ASKED = "asked"
    """Its windows were asked to close."""
    SESSION_ENDED = "sessionEnded"
    """It was told that the session ends."""
    SERVICE_ASKED = "serviceAsked"
    """The system was asked to stop the service that it is."""
    FORCED = "forced"


class ClosingState(Model, frozen=True):
    """How far closing one program is: its phase, when that began on the caller's clock, and the question reported."""

    phase: ClosingPhase = ClosingPhase.UNTOUCHED
    since: float = 0.0
    question: str | None = None


class ClosingFacts(Model, frozen=True):
    """What is known at `now` (seconds on a clock that only moves forward).

    `reached` says whether the last action had any effect: whether a window was asked, or the end of the session told.
    `question` is the title of a window that the program shows since it was asked, `force` whether the person has agreed
    to an end by force. `unseen` says that the program may have windows that could not be asked, `service` that it is a
    service of the system: ended by force, the system would only start it again.
    """

    now: float
    running: bool
    reached: bool = False
    question: str | None = None
    force: bool = False
    unseen: bool = False
    service: bool = False


class ClosingAction(enum.StrEnum):
    """What to do next about one program."""

    ASK_WINDOWS = "askWindows"
    WAIT = "wait"
    REPORT_QUESTION = "reportQuestion"
    END_SESSION = "endSession"
    STOP_SERVICE = "stopService"
    FORCE = "force"
    FINISH = "finish"
    """It is closed."""
    REQUEST_CONSENT = "requestConsent"
    """It did not close, and force is not allowed."""
    GIVE_UP = "giveUp"
    """Not even force has ended it."""


def next_step(state: ClosingState, facts: ClosingFacts, patience: Patience) -> tuple[ClosingAction, ClosingState]:
    """Returns what to do next, and the state after that.

    The order is fixed: ask the windows, tell that the session ends, and only with consent end by force. A program that
    still shows a question when patience ends is told nothing more: an open question is no consent to lose its answer.
    Nor is one that may have windows which were not asked: what is open in them would be lost.
    """
    if state.phase is ClosingPhase.UNTOUCHED:
        return ClosingAction.ASK_WINDOWS, ClosingState(phase=ClosingPhase.ASKED, since=facts.now)
    if not facts.running:
        return ClosingAction.FINISH, state
    elapsed = facts.now - state.since
    if state.phase is ClosingPhase.ASKED:
        return _after_asking(state, facts, elapsed, patience)
    if state.phase is ClosingPhase.SESSION_ENDED:
        if facts.reached and elapsed < patience.session:
            return ClosingAction.WAIT, state
        return _force_or_consent(state, facts)
    if state.phase is ClosingPhase.SERVICE_ASKED:
        # Never by force: the system would take that for a crash and start it again.
        waits = facts.reached and elapsed < patience.session
        return ClosingAction.WAIT if waits else ClosingAction.GIVE_UP, state
    if elapsed < patience.force:
        return ClosingAction.WAIT, state
    return ClosingAction.GIVE_UP, state


def _after_asking(
    state: ClosingState, facts: ClosingFacts, elapsed: float, patience: Patience
) -> tuple[ClosingAction, ClosingState]:
    ended = ClosingState(phase=ClosingPhase.SESSION_ENDED, since=facts.now)
    if not facts.reached:
        if facts.unseen and not facts.force:
            return ClosingAction.REQUEST_CONSENT, state
        return ClosingAction.END_SESSION, ended
    question = facts.question if elapsed > SETTLING else None
    if elapsed > (patience.question if question else patience.windows):
        return _force_or_consent(state, facts) if question else (ClosingAction.END_SESSION, ended)
    if question and state.question is None:
        return ClosingAction.REPORT_QUESTION, ClosingState(phase=state.phase, since=state.since, question=question)
    return ClosingAction.WAIT, state


def _force_or_consent(state: ClosingState, facts: ClosingFacts) -> tuple[ClosingAction, ClosingState]:
    if facts.force and facts.service:
        return ClosingAction.STOP_SERVICE, ClosingState(phase=ClosingPhase.SERVICE_ASKED, since=facts.now)
    if facts.force:
        return ClosingAction.FORCE, ClosingState(phase=ClosingPhase.FORCED, since=facts.now)
    return ClosingAction.REQUEST_CONSENT, state


def may_close(program: Running, agreed: Collection[int] = ()) -> bool:
    """Whether this app may close `program`: the person's own, in this session, with no more rights than the app.

    What may be another program of the same name is closed only when the person has agreed to these very processes.
    """
    if program.reach is not Reach.MINE or not program.processes:
        return False
    return program.certain or all(process.pid in agreed for process in program.processes)


def question_in(before: Iterable[str], after: Iterable[str]) -> str | None:
    """Returns the title of a window that appeared, or changed, after the program was asked to close."""
    known = set(before)
    return next((title for title in after if title not in known), None)


def still_the_same(before: Iterable[Process], now: Iterable[Process]) -> frozenset[int]:
    """Returns the processes of `before` that still run: a number may have gone to another program since.

    The moment of the start tells them apart.
    """
    started = {process.pid: process.started for process in before}
    return frozenset(
        process.pid for process in now if process.pid in started and process.started == started[process.pid]
    )


def came_back(running: Iterable[Running], rule_ids: frozenset[str], closed: frozenset[int]) -> tuple[Running, ...]:
    """Returns the programs of `rule_ids` that have other processes than those that were `closed`."""
    return tuple(
        program
        for program in running
        if program.rule.id in rule_ids
        and program.reach is Reach.MINE
        and program.certain
        and any(process.pid not in closed for process in program.processes)
    )


def relaunches_of(program: Running) -> tuple[Relaunch, ...]:
    """Returns how to open again what the person saw a window of; what ran unseen comes back by itself."""
    return tuple(
        Relaunch(name=program.rule.name, arguments=(process.path, *(process.arguments or ())[1:]))
        for process in program.instances
        if process.windows is WindowState.VISIBLE and process.path and can_relaunch(process)
    )


def may_have_windows(processes: Iterable[Process]) -> bool:
    """Returns whether one of `processes` may show windows, which could not be seen."""
    return any(process.windows is WindowState.UNKNOWN for process in processes)


def is_service(program: Running) -> bool:
    """Returns whether a part of `program` is a service of the system."""
    return any(process.service is not None for process in program.processes)


def can_relaunch(process: Process) -> bool:
    """Whether it can be opened again as it was; a browser's sub-processes come with their first process."""
    if not process.path or process.arguments is None:
        return False
    return not any(word.startswith("--type=") for word in process.arguments)


def closing_sentence(step: ClosingStep, program: Running, *, question: str = "", reason: str = "") -> str:
    """Returns a step for the person; `question` is the title the program shows, `reason` why the system refused."""
    name = program.rule.name
    risk = program.rule.force_risk or "Unsaved changes would be lost."
    return {
        ClosingStep.ASKING: f"{name} is being asked to close.",
        ClosingStep.WAITING: f"{name} is closing.",
        ClosingStep.ASKS: f"{name} is asking: “{question}”. Please answer in its window.",
        ClosingStep.ENDING_SESSION: f"{name} is being told that the session ends, as when you sign out.",
        ClosingStep.CONSENT_NEEDED: f"{name} {_what_force_means(program)}: {risk}",
        ClosingStep.STOPPING_SERVICE: f"The system is being asked to stop {name}, as you allowed.",
        ClosingStep.FORCING: f"{name} is being ended by force, as you allowed.",
        ClosingStep.CLOSED: f"{name} is closed.",
        ClosingStep.CAME_BACK: f"{name} started again.",
        ClosingStep.REFUSED: f"{name} could not be ended: {reason}",
        ClosingStep.WATCHING: f"{name} is closed.",
    }[step]


def _what_force_means(program: Running) -> str:
    if is_service(program):
        return "is a service. The system can be asked to stop it"
    return "did not close. It can be ended by force"


def watching_sentence(seconds: float) -> str:
    """Returns what is told while it is checked whether a closed program starts again."""
    return f"All programs are closed. For {seconds:.0f} seconds, Companion checks whether one starts again."
