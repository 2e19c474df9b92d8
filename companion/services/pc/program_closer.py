"""Closing programs: asked first, ended by force only with consent, and proven gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable

from companion.domain.core.errors import CompanionError
from companion.domain.pc.autostart_origin import origin_of
from companion.domain.pc.checks.origin_words import what_to_do_about_the_starter, why_it_runs
from companion.domain.pc.closing import (
    CameBack,
    ClosingAction,
    ClosingFacts,
    ClosingPhase,
    ClosingProgress,
    ClosingResult,
    ClosingState,
    ClosingStep,
    Patience,
    Relaunch,
    came_back,
    closing_sentence,
    is_service,
    may_close,
    may_have_windows,
    next_step,
    question_in,
    relaunches_of,
    still_the_same,
    watching_sentence,
)
from companion.domain.pc.facts import Process
from companion.domain.pc.finding import Requirements
from companion.domain.pc.process_matching import Reach, Running, names_of_interest, running
from companion.domain.store.profile import Stage
from companion.services.app.cancellation import Cancellation
from companion.services.pc.exit_wait import wait_for_exit
from companion.services.platforms.protocol import PlatformServices, ProcessProbe

OnStep = Callable[[ClosingProgress], None]

_SLICE = 0.2


class ProgramCloser:
    """Closes what blocks. Only processes of this person's own session are ever touched."""

    def __init__(
        self,
        platform: PlatformServices,
        patience: Patience | None = None,
        remember: Callable[[Iterable[Relaunch]], None] = lambda _: None,
    ) -> None:
        """`remember` is called with what a person had open before it is closed."""
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
        agreed: Collection[int] = (),
        watch: float | None = None,
    ) -> ClosingResult:
        """Closes the programs of the profile's rules (or of the rule ids in `only`) and proves that they are gone.

        `force` is the person's explicit consent to end what does not close by itself, `agreed` the processes that may
        be other programs and that the person agreed to close all the same; `watch` replaces the patience of that name.
        Raises `Cancelled`.
        """
        wanted = None if only is None else set(only)
        found = [
            each
            for each in self._running(stage, requirements)
            if (wanted is None or each.rule.id in wanted) and _is_meant(each, agreed)
        ]
        touched = {process.pid for program in found for process in program.processes}
        reopen: list[Relaunch] = []
        consent: list[str] = []
        for program in (each for each in found if may_close(each, agreed)):
            relaunches = relaunches_of(program)
            self._remember(relaunches)
            reopen += relaunches
            if not _ProgramClosing(self._platform, self._patience, program, on_step, cancellation).run(force):
                consent.append(program.rule.name)
        left = _still(self._platform.processes, [each for program in found for each in program.processes])
        back: tuple[CameBack, ...] = ()
        if touched and not left:
            seconds = self._patience.watch if watch is None else watch
            back = self._watch(stage, requirements, found, seconds, on_step, cancellation)
        return ClosingResult(
            gone=tuple(sorted(touched - left)),
            left=tuple(sorted(left)),
            consent_needed=tuple(consent),
            came_back=back,
            reopen=tuple(reopen),
        )

    def _running(self, stage: Stage, requirements: Requirements) -> tuple[Running, ...]:
        who = self._platform.processes.who().value
        names = names_of_interest(requirements.profile.blockers, self._platform.name)
        pids = {seen.pid for seen in self._platform.processes.list_processes(names)}
        # The app's own process comes along, so that its tree can be recognised and left alone.
        own = {who.pid} if who else set()
        processes = self._platform.processes.describe(sorted(pids | own))
        return running(processes, requirements.profile.blockers, stage, self._platform.name, who)

    def _watch(
        self,
        stage: Stage,
        requirements: Requirements,
        found: list[Running],
        seconds: float,
        on_step: OnStep,
        cancellation: Cancellation,
    ) -> tuple[CameBack, ...]:
        """Checks for `seconds` whether a closed program starts again; returns early when one did."""
        programs = [program for program in found if program.processes]
        rules = frozenset(program.rule.id for program in programs)
        closed = frozenset(process.pid for program in programs for process in program.processes)
        if seconds > 0:
            names = ", ".join(program.rule.name for program in programs)
            on_step(ClosingProgress(step=ClosingStep.WATCHING, name=names, sentence=watching_sentence(seconds)))
        deadline = time.monotonic() + seconds
        while not (back := came_back(self._running(stage, requirements), rules, closed)):
            left = deadline - time.monotonic()
            if left <= 0:
                return ()
            cancellation.wait(min(1.0, left))
        return tuple(self._explain(program, on_step) for program in back)

    def _explain(self, program: Running, on_step: OnStep) -> CameBack:
        """Names what has started a program again."""
        process = program.instances[0]
        known: dict[int, Process] = {seen.pid: seen for seen in self._platform.processes.describe([process.pid])}
        autostart = self._platform.autostart.entries()
        origin = origin_of(program.processes, autostart.value or (), known)
        sentences = [
            closing_sentence(ClosingStep.CAME_BACK, program),
            *why_it_runs(origin, autostart, None, self._platform.name),
            what_to_do_about_the_starter(origin),
        ]
        sentence = " ".join(filter(None, sentences))
        pids = tuple(sorted(each.pid for each in program.processes))
        on_step(ClosingProgress(step=ClosingStep.CAME_BACK, name=program.rule.name, sentence=sentence, pids=pids))
        return CameBack(name=program.rule.name, process=process, sentence=sentence, entries=origin.entries)


class _ProgramClosing:
    """Closes one program: takes the steps that `next_step` decides on."""

    def __init__(
        self,
        platform: PlatformServices,
        patience: Patience,
        program: Running,
        on_step: OnStep,
        cancellation: Cancellation,
    ) -> None:
        self._processes = platform.processes
        self._programs = platform.programs
        self._patience = patience
        self._program = program
        self._on_step = on_step
        self._cancellation = cancellation
        self._pids = {process.pid for process in program.processes}
        # First processes go before their children: a browser's children end with it, and closing them alone defeats it.
        self._order = program.instances
        self._titles = [title for process in program.processes for title in process.titles]

    def run(self, force: bool) -> bool:
        """Returns whether the program is closed. Raises `Cancelled`."""
        state, reached = ClosingState(), False
        while True:
            left = _still(self._processes, self._program.processes)
            facts = ClosingFacts(
                now=time.monotonic(),
                running=bool(left),
                reached=reached,
                question=(question := self._question(state, left)),
                force=force,
                unseen=may_have_windows(self._program.processes),
                service=is_service(self._program),
            )
            action, state = next_step(state, facts, self._patience)
            if action in (ClosingAction.FINISH, ClosingAction.REQUEST_CONSENT, ClosingAction.GIVE_UP):
                return self._finish(action, left)
            if action is ClosingAction.WAIT:
                wait_for_exit(self._processes, left, _SLICE, self._cancellation)
            elif action is ClosingAction.REPORT_QUESTION:
                self._say(ClosingStep.ASKS, left, question=question or "")
            else:
                reached = self._act(action, left)

    def _act(self, action: ClosingAction, left: set[int]) -> bool:
        """Returns whether the action reached the program."""
        if action is ClosingAction.ASK_WINDOWS:
            self._say(ClosingStep.ASKING, self._pids)
            asked = sum(self._programs.close_gently(process.pid, process.started) for process in self._order)
            if asked:
                self._say(ClosingStep.WAITING, self._pids)
            return bool(asked)
        if action is ClosingAction.END_SESSION:
            self._say(ClosingStep.ENDING_SESSION, left)
            told = [self._programs.end_session(each.pid, each.started) for each in self._order if each.pid in left]
            return any(told)
        if action is ClosingAction.STOP_SERVICE:
            self._say(ClosingStep.STOPPING_SERVICE, left)
            services = {each.service for each in self._program.processes if each.service and each.pid in left}
            stopped = [service for service in sorted(services) if self._programs.stop_service(service)]
            return bool(stopped)
        self._say(ClosingStep.FORCING, left)
        for process in self._program.processes:
            if process.pid in left:
                try:
                    self._programs.terminate(process.pid, process.started)
                except CompanionError as error:
                    self._say(ClosingStep.REFUSED, {process.pid}, reason=error.message)
        return True

    def _finish(self, action: ClosingAction, left: set[int]) -> bool:
        if action is ClosingAction.REQUEST_CONSENT:
            self._say(ClosingStep.CONSENT_NEEDED, left)
        if action is ClosingAction.FINISH:
            self._say(ClosingStep.CLOSED, self._pids)
        if action is ClosingAction.GIVE_UP and is_service(self._program):
            self._say(ClosingStep.REFUSED, left, reason="the system did not stop this service.")
        return action is ClosingAction.FINISH

    def _question(self, state: ClosingState, left: set[int]) -> str | None:
        if state.phase is not ClosingPhase.ASKED or not left:
            return None
        described = self._processes.describe(sorted(left))
        return question_in(self._titles, (title for each in described if each.pid in left for title in each.titles))

    def _say(self, step: ClosingStep, pids: Iterable[int], *, question: str = "", reason: str = "") -> None:
        sentence = closing_sentence(step, self._program, question=question, reason=reason)
        self._on_step(
            ClosingProgress(step=step, name=self._program.rule.name, sentence=sentence, pids=tuple(sorted(pids)))
        )


def _is_meant(program: Running, agreed: Collection[int]) -> bool:
    """Whether closing is about `program` at all; what another user runs is, for it is still in the way."""
    return may_close(program, agreed) or (program.certain and program.reach is not Reach.GUARDED)


def _still(processes: ProcessProbe, before: Collection[Process]) -> set[int]:
    """Returns the processes of `before` that still run, without those whose number has gone to another one."""
    pids = {process.pid for process in before}
    alive = pids - processes.wait_for_exit(pids, 0) if pids else set()
    return set(still_the_same(before, processes.describe(sorted(alive)))) if alive else set()
