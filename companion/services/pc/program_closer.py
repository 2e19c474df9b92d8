"""Closing programs: gently first, by force only with consent, and proven gone."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable

from companion.domain.core.errors import CompanionError
from companion.domain.pc.autostart_origin import origin_of
from companion.domain.pc.closing import (
    CameBack,
    Closed,
    ClosingProgress,
    ClosingStep,
    Reopening,
    asking_title,
    may_reopen,
)
from companion.domain.pc.facts import Process, WindowState
from companion.domain.pc.finding import Requirements
from companion.domain.pc.process_matching import Reach, Running, names_of_interest, running
from companion.domain.pc.program_checks import why_it_runs
from companion.domain.store.profile import Stage
from companion.services.app.cancellation import Cancellation
from companion.services.pc.exit_wait import wait_for_exit
from companion.services.platforms.protocol import PlatformServices

OnStep = Callable[[ClosingProgress], None]

_SLICE = 0.1


@dataclasses.dataclass(frozen=True)
class Patience:
    """How many seconds each step may take.

    `windows` is for a program that shows nothing, `question` for one that asks the person something, `session` for the
    end-session message, `force` for the end by force, and `watch` is how long newcomers are looked out for.
    """

    windows: float = 10.0
    question: float = 300.0
    session: float = 8.0
    force: float = 5.0
    watch: float = 30.0


class Closing:
    """Closes what blocks. Only processes of this person's own session are ever touched."""

    def __init__(
        self,
        platform: PlatformServices,
        patience: Patience | None = None,
        remember: Callable[[Iterable[Reopening]], None] = lambda _: None,
    ) -> None:
        """`remember` is told what a person had open before it is closed."""
        self._platform = platform
        self._patience = patience or Patience()
        self._remember = remember

    def close(
        self,
        stage: Stage,
        requirements: Requirements,
        on_step: OnStep,
        cancellation: Cancellation,
        *,
        force: bool = False,
        only: Iterable[str] | None = None,
        watch: float | None = None,
    ) -> Closed:
        """Close the programs of the profile's rules (or of the rule ids in `only`) and prove that they are gone.

        `force` is the person's explicit consent to end what does not close by itself, `watch` takes the place of the
        patience of that name. Raises `Cancelled`.
        """
        wanted = None if only is None else set(only)
        found = [each for each in self._running(stage, requirements) if wanted is None or each.rule.id in wanted]
        reopen: list[Reopening] = []
        consent: list[str] = []
        touched: set[int] = set()
        for program in found:
            touched.update(process.pid for process in program.processes)
            if program.reach is not Reach.MINE or not program.processes:
                continue
            mine = _reopenings(program)
            self._remember(mine)
            reopen += mine
            if not self._close_program(program, force, on_step, cancellation):
                consent.append(program.rule.name)
        left = self._alive(touched)
        came_back = (
            self._watch(stage, requirements, touched, found, on_step, cancellation, watch) if found and not left else ()
        )
        return Closed(
            gone=tuple(sorted(touched - left)), left=tuple(sorted(left)), consent_needed=tuple(consent),
            came_back=came_back, reopen=tuple(reopen),
        )  # fmt: skip

    def _running(self, stage: Stage, requirements: Requirements) -> tuple[Running, ...]:
        who = self._platform.processes.who().value
        names = names_of_interest(requirements.profile.blockers, self._platform.name)
        pids = {seen.pid for seen in self._platform.processes.sightings(names)}
        own = {who.pid} if who else set()
        processes = self._platform.processes.describe(sorted(pids | own))
        return running(processes, requirements.profile.blockers, stage, self._platform.name, who)

    def _close_program(self, program: Running, force: bool, on_step: OnStep, cancellation: Cancellation) -> bool:
        """Close one program; False when only force would help and was not allowed."""
        name = program.rule.name
        pids = {process.pid for process in program.processes}
        say = _Say(name, on_step)
        say(ClosingStep.ASKING, f"{name} is asked to close.", pids)
        # First processes go before their children: a browser's children end with it, and closing them alone defeats it.
        order = [process.pid for process in program.instances]
        unanswered = None
        if sum(self._platform.programs.close_gently(pid) for pid in order):
            unanswered = self._wait_while_it_asks(program, pids, say, cancellation)
        # Whoever leaves a question open has not agreed to lose what it is about.
        if unanswered is None and (left := self._alive(pids)):
            say(ClosingStep.ENDING_SESSION, f"{name} is told to finish, as at a log-off.", left)
            told = [self._platform.programs.end_session(pid) for pid in order if pid in left]
            if any(told):
                self._wait(left, self._patience.session, cancellation)
        if left := self._alive(pids):
            if not force:
                risk = program.rule.force_risk or "What is not saved in it would be lost."
                say(ClosingStep.CONSENT_NEEDED, f"{name} does not close by itself. Ending it by force: {risk}", left)
                return False
            say(ClosingStep.FORCING, f"{name} is ended by force, as you allowed.", left)
            self._force(program, left, say, cancellation)
        left = self._alive(pids)
        if not left:
            say(ClosingStep.CLOSED, f"{name} is closed.", pids)
        return not left

    def _wait_while_it_asks(
        self, program: Running, pids: set[int], say: _Say, cancellation: Cancellation
    ) -> str | None:
        """Wait for the end; as long as the program shows a question, the person has time to answer it.

        Returns the question that was still open when patience ended.
        """
        before = [title for process in program.processes for title in process.titles]
        start, asked = time.monotonic(), False
        say(ClosingStep.WAITING, f"{program.rule.name} is closing.", pids)
        while left := self._alive(pids):
            now = time.monotonic() - start
            question = asking_title(before, self._titles(left)) if now > 4 * _SLICE else None
            if question and not asked:
                asked = True
                say(ClosingStep.ASKS, f"{program.rule.name} asks you something: “{question}”. Answer it there.", left)
            if now > (self._patience.question if question else self._patience.windows):
                return question
            self._wait(left, 2 * _SLICE, cancellation)
        return None

    def _force(self, program: Running, pids: set[int], say: _Say, cancellation: Cancellation) -> None:
        # A number may have gone to a stranger meanwhile; the moment of its start tells them apart.
        started = {process.pid: process.started for process in program.processes}
        now = {process.pid: process.started for process in self._platform.processes.describe(sorted(pids))}
        for pid in sorted(pid for pid in pids if pid in now and now[pid] == started[pid]):
            try:
                self._platform.programs.terminate(pid)
            except CompanionError as error:
                say(ClosingStep.REFUSED, f"{say.name} could not be ended: {error.message}", {pid})
        self._wait(pids, self._patience.force, cancellation)

    def _wait(self, pids: set[int], seconds: float, cancellation: Cancellation) -> None:
        """Wait until all of `pids` are gone, at most `seconds`."""
        deadline = time.monotonic() + seconds
        left = set(pids)
        while left and (remaining := deadline - time.monotonic()) > 0:
            left -= wait_for_exit(self._platform.processes, left, min(_SLICE, remaining), cancellation)

    def _alive(self, pids: set[int]) -> set[int]:
        return pids - self._platform.processes.wait_for_exit(pids, 0) if pids else set()

    def _titles(self, pids: set[int]) -> list[str]:
        described = self._platform.processes.describe(sorted(pids))
        return [title for process in described if process.pid in pids for title in process.titles]

    def _watch(
        self,
        stage: Stage,
        requirements: Requirements,
        closed: set[int],
        found: list[Running],
        on_step: OnStep,
        cancellation: Cancellation,
        watch: float | None,
    ) -> tuple[CameBack, ...]:
        """Look out for what comes back, and name what started it; ends early when something did."""
        rules = {program.rule.id for program in found if program.processes}
        if not rules:
            return ()
        names = ", ".join(program.rule.name for program in found if program.processes)
        seconds = self._patience.watch if watch is None else watch
        if seconds > 0:
            sentence = f"Everything is closed. For {seconds:.0f} seconds this app looks whether something comes back."
            on_step(ClosingProgress(step=ClosingStep.WATCHING, name=names, sentence=sentence))
        deadline = time.monotonic() + seconds
        while True:
            back = [
                program
                for program in self._running(stage, requirements)
                if program.rule.id in rules
                and program.reach is Reach.MINE
                and any(process.pid not in closed for process in program.processes)
            ]
            if back:
                return tuple(self._came_back(program, on_step) for program in back)
            left = deadline - time.monotonic()
            if left <= 0:
                return ()
            cancellation.wait(min(1.0, left))

    def _came_back(self, program: Running, on_step: OnStep) -> CameBack:
        process = program.instances[0]
        known: dict[int, Process] = {seen.pid: seen for seen in self._platform.processes.describe([process.pid])}
        autostart = self._platform.autostart.entries()
        origin = origin_of(program.processes, autostart.value or (), known)
        why = why_it_runs(origin, autostart, False, self._platform.name)
        first = f"Close *{origin.starter.label or origin.starter.name}* first." if origin.starter else ""
        sentence = " ".join(part for part in (f"{program.rule.name} came back.", *why, first) if part)
        pids = {each.pid for each in program.processes}
        _Say(program.rule.name, on_step)(ClosingStep.CAME_BACK, sentence, pids)
        return CameBack(name=program.rule.name, process=process, sentence=sentence, entries=origin.entries)


@dataclasses.dataclass(frozen=True)
class _Say:
    """Reports the steps of one program."""

    name: str
    on_step: OnStep

    def __call__(self, step: ClosingStep, sentence: str, pids: Iterable[int]) -> None:
        self.on_step(ClosingProgress(step=step, name=self.name, sentence=sentence, pids=tuple(sorted(pids))))


def _reopenings(program: Running) -> list[Reopening]:
    """What a person had open: windows they saw. What ran unseen comes back by itself."""
    return [
        Reopening(name=program.rule.name, arguments=(process.path, *(process.arguments or ())[1:]))
        for process in program.instances
        if process.windows is WindowState.VISIBLE and process.path and may_reopen(process)
    ]
