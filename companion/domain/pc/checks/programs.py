"""Checks of running programs: what runs, since when, why it starts again, and how to close it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from companion.domain.core.platform import Platform
from companion.domain.core.text import joined, moment_in_words, without_marks
from companion.domain.pc.autostart_origin import Origin, origin_of
from companion.domain.pc.checks.origin_words import (
    Background,
    called,
    holdable,
    services_in_words,
    unseen,
    why_it_runs,
)
from companion.domain.pc.checks.program_words import doubt_sentence, files_in_words, guarded_sentence
from companion.domain.pc.facts import AutostartEntry, Facts, Process, Scope, Who, WindowState
from companion.domain.pc.finding import PROGRAMS, Finding, Remedy, RemedyKind, Requirements, Severity
from companion.domain.pc.process_matching import Doubt, Reach, Running, running
from companion.domain.pc.untouchable import guarded
from companion.domain.store.profile import BlockerKind, BlockerRule, BlockerSeverity, Stage

_NO_STARTUP_WINDOW = "--no-startup-window"
_SEVERITY = {
    BlockerSeverity.BLOCKS: Severity.BLOCKS,
    BlockerSeverity.WARNS: Severity.WARNS,
    BlockerSeverity.UNKNOWN: Severity.WARNS,
}


def program_findings(
    facts: Facts, requirements: Requirements, stage: Stage, now: dt.datetime, zone: dt.tzinfo
) -> tuple[Finding, ...]:
    """Returns one finding per rule and reach, or one that says that nothing blocks or why that is unknown."""
    if facts.processes.value is None:
        return (_programs_unknown(facts),) if facts.processes.looked_at else ()
    who = facts.who.value
    seen = facts.processes.value
    found = running(seen, requirements.profile.blockers, stage, requirements.platform, who)
    known = {process.pid: process for process in seen}
    identities = _identities(found)
    rows = [
        _finding(program, identity, facts, known, now, zone, requirements.platform, alone=requirements.alone)
        for program, identity in zip(found, identities, strict=True)
    ]
    rows += _held_files(facts, known, stage, {pid for row in rows for pid in row.pids})
    if all(row.severity is Severity.FINE for row in rows):
        rows.append(_all_closed(requirements, stage))
    return tuple(rows)


def _programs_unknown(facts: Facts) -> Finding:
    return Finding(
        id=PROGRAMS,
        severity=Severity.UNKNOWN,
        title="Running programs could not be checked",
        explanation=f"Which programs are running is not known because {facts.processes.reason}. "
        "Close your mail program and your browsers yourself before you continue.",
    )


def _all_closed(requirements: Requirements, stage: Stage) -> Finding:
    names = tuple(rule.name for rule in requirements.profile.blockers if stage in rule.stages)
    doing = "download" if stage is Stage.DOWNLOAD else "installation"
    return Finding(
        id=PROGRAMS,
        severity=Severity.FINE,
        title="No blocking program is running",
        explanation=f"None of the programs that block the {doing} is running.",
        evidence=(f"Looked for: {', '.join(names)}.",) if names else (),
    )


def _identities(found: tuple[Running, ...]) -> list[str]:
    """Returns one identity per row: those that may be other programs are told apart from the certain ones."""
    names: list[str] = []
    for program in found:
        reach = "" if program.reach is Reach.MINE else f":{program.reach.value}"
        name = f"program:{program.rule.id}{reach}"
        names.append(name if name not in names else f"{name}:{(program.doubt or program.reach).value}")
    return names


def _severity(program: Running, *, alone: bool) -> Severity:
    """Returns how much it matters; what is never closed must not block for ever, and what is doubtful only asks."""
    if program.doubt not in (None, Doubt.PATH):
        return Severity.UNKNOWN
    if program.rule.kind is BlockerKind.INSTALLER:
        # It is never closed, but ends by itself.
        return _SEVERITY[program.rule.severity] if alone else Severity.WARNS
    return Severity.WARNS if program.reach is Reach.GUARDED else _SEVERITY[program.rule.severity]


def _finding(
    program: Running,
    identity: str,
    facts: Facts,
    known: Mapping[int, Process],
    now: dt.datetime,
    zone: dt.tzinfo,
    platform: Platform,
    *,
    alone: bool,
) -> Finding:
    rule = program.rule
    if not program.processes:
        return _helpers_only(program, identity, known)
    origin = origin_of(program.processes, facts.autostart.value or (), known)
    background = _background(program)
    sentences = [_what_runs(program, now, zone)]
    if program.reach is Reach.MINE:
        sentences += why_it_runs(origin, facts.autostart, background, platform)
    sentences += _advice(program, platform)
    sentences.append(rule.why)
    if not program.certain:
        sentences.append(doubt_sentence(program))
    return Finding(
        id=identity,
        severity=_severity(program, alone=alone),
        title=_title(program),
        explanation=" ".join(sentences),
        evidence=_evidence(program, origin, now, zone),
        remedies=_remedies(program, origin, background, facts.who.value, platform),
        rule_id=rule.id,
        pids=tuple(process.pid for process in (*program.processes, *program.helpers)),
        files=files_in_words(program),
        doubtful=not program.certain,
    )


def _helpers_only(program: Running, identity: str, known: Mapping[int, Process]) -> Finding:
    rule = program.rule
    parents = [known.get(helper.parent or 0) for helper in program.helpers]
    users = sorted({parent.name for parent in parents if parent is not None})
    belongs = f" They belong to {joined(users)}." if users else ""
    return Finding(
        id=identity,
        severity=Severity.FINE,
        title=f"{rule.name} is not running",
        explanation=f"Only parts of {rule.name} that other programs use are running; they block nothing.{belongs}",
        evidence=tuple(f"{helper.name} (process {helper.pid})" for helper in program.helpers),
        rule_id=rule.id,
        pids=tuple(helper.pid for helper in program.helpers),
    )


def _title(program: Running) -> str:
    name = program.rule.name
    if program.doubt not in (None, Doubt.PATH):
        return f"{name} may be running"
    if program.reach in (Reach.OTHER_USER, Reach.OTHER_SESSION):
        where = "for another user" if program.reach is Reach.OTHER_USER else "in another session"
        return f"{name} is running {where}"
    states = {instance.windows for instance in program.instances}
    if states <= {WindowState.NONE, WindowState.HIDDEN}:
        return f"{name} is running without a window"
    return f"{name} is open" if WindowState.VISIBLE in states else f"{name} is running"


def _what_runs(program: Running, now: dt.datetime, zone: dt.tzinfo) -> str:
    name, instances = program.rule.name, program.instances
    if program.doubt in (Doubt.INTERPRETER, Doubt.ELSEWHERE):
        name = f"A program called {joined(sorted({process.name for process in program.processes}))}"
    starts = [process.started for process in instances if process.started]
    since = f" since {moment_in_words(min(starts), now, zone)}" if starts else ""
    windowless = sum(process.windows in (WindowState.NONE, WindowState.HIDDEN) for process in instances)
    place = _place(program)
    if len(instances) == 1:
        if windowless:
            return f"{name} is running without a window{place}{since}."
        verb = "open" if instances[0].windows is WindowState.VISIBLE else "running"
        return f"{name} is {verb}{place}{since}."
    without = (
        "" if not windowless else f", {windowless if windowless < len(instances) else 'all'} of them without a window"
    )
    oldest = f", the oldest{since}" if since else ""
    return f"{name} is running {len(instances)} times{place}{without}{oldest}."


def _place(program: Running) -> str:
    if program.reach is Reach.OTHER_USER:
        owners = sorted({_short(process.owner) for process in program.processes if process.owner})
        return " for another user of this PC" + (f" ({joined(owners)})" if owners else "")
    if program.reach is Reach.OTHER_SESSION:
        return " in another of your sessions on this PC"
    if program.reach is not Reach.ELEVATED:
        return ""
    return " as a service of the system" if services_in_words(program.processes) else " as administrator"


def _advice(program: Running, platform: Platform) -> list[str]:
    name = program.rule.name
    if program.rule.kind is BlockerKind.INSTALLER:
        return []
    if program.reach is Reach.GUARDED:
        reasons = [guarded(process, platform) for process in program.processes]
        return list(dict.fromkeys(guarded_sentence(why) for why in reasons if why is not None))
    if program.reach is Reach.OTHER_USER:
        return [f"Only that person can close it: ask them to sign in and close {name}, or restart the PC."]
    if program.reach is Reach.OTHER_SESSION:
        return ["Sign in to that session and close it there, or restart the PC."]
    if program.reach is Reach.ELEVATED:
        if services := services_in_words(program.processes):
            return [f"It is {services}, which only an administrator can stop. Start Companion as administrator."]
        return ["Companion has no permission to close it. Please close it yourself."]
    return []


def _by_hand(program: Running) -> str:
    name = program.rule.name
    if program.reach is Reach.GUARDED:
        return f"Leave {name} running"
    return f"Close {name} yourself" if program.reach is Reach.ELEVATED else f"Close {name} there"


def _evidence(program: Running, origin: Origin, now: dt.datetime, zone: dt.tzinfo) -> tuple[str, ...]:
    lines = []
    for process in program.processes:
        since = f", since {moment_in_words(process.started, now, zone)}" if process.started else ""
        titles = f", window “{process.titles[0]}”" if process.titles else ""
        lines.append(f"{process.path or process.name} (process {process.pid}{since}{titles})")
    if program.helpers:
        lines.append(
            f"and {len(program.helpers)} helper processes" if len(program.helpers) > 1 else "and 1 helper process"
        )
    lines += [f"{entry.name}: {entry.command} — {entry.location}" for entry in origin.entries]
    return tuple(lines)


def _remedies(
    program: Running, origin: Origin, background: Background | None, who: Who | None, platform: Platform
) -> tuple[Remedy, ...]:
    rule = program.rule
    if rule.kind is BlockerKind.INSTALLER:
        wait = "It must not be cut off. This check is updated automatically."
        return (Remedy(kind=RemedyKind.BY_HAND, title="Wait until it has finished", explanation=wait),)
    if program.reach is not Reach.MINE:
        advice = _advice(program, platform)[0]
        by_hand = Remedy(kind=RemedyKind.BY_HAND, title=_by_hand(program), explanation=advice)
        if program.reach is Reach.GUARDED:
            return (by_hand,)
        return (
            by_hand,
            Remedy(
                kind=RemedyKind.RESTART,
                title="Restart the PC",
                explanation="A restart ends all sessions. First make sure that everyone has saved their work.",
            ),
        )
    return (
        *_ways_to_close(program, origin, who),
        *_away_over_a_restart(origin, who),
        *_out_of_the_background(rule, background),
    )


def _ways_to_close(program: Running, origin: Origin, who: Who | None) -> tuple[Remedy, ...]:
    name, pids = program.rule.name, tuple(process.pid for process in program.processes)
    asks = "Unsaved work can be saved first."
    if services := services_in_words(program.processes):
        asks = f"It is {services}, which the system is asked to stop."
    close = Remedy(kind=RemedyKind.CLOSE, title=f"Close {name}", explanation=asks, changes=True, pids=pids)
    held = holdable(origin)
    if not held:
        return (close,)
    hold = Remedy(
        kind=RemedyKind.CLOSE_AND_HOLD,
        title=f"Close {name} and keep it closed until the installation is complete",
        explanation=f"{asks} {_switched_off(held)}",
        changes=True,
        reversible=True,
        needs_elevation=_needs_elevation(held, who),
        pids=pids,
        entries=held,
    )
    return (hold, close)


def _away_over_a_restart(origin: Origin, who: Who | None) -> tuple[Remedy, ...]:
    """Returns the way out where a program that shows nothing starts the blocker: it cannot be closed first."""
    held, starter = holdable(origin), origin.starter
    if starter is None or not held or not unseen(starter):
        return ()
    name = called(starter)
    return (
        Remedy(
            kind=RemedyKind.HOLD_AND_RESTART,
            title=f"Keep {without_marks(name)} from starting and restart the PC",
            explanation=f"{name} has no window that could be closed, and may start the program again. "
            f"{_switched_off(held)} After a restart of the PC, neither of them runs.",
            changes=True,
            reversible=True,
            needs_elevation=_needs_elevation(held, who),
            entries=held,
        ),
    )


def _switched_off(held: tuple[AutostartEntry, ...]) -> str:
    names = joined([f"*{entry.name}*" for entry in held])
    return f"{names} {'is' if len(held) == 1 else 'are'} switched off until then and switched on again afterwards."


def _needs_elevation(held: tuple[AutostartEntry, ...], who: Who | None) -> bool:
    return any(entry.scope is Scope.MACHINE for entry in held) and not (who and who.elevated)


def _out_of_the_background(rule: BlockerRule, background: Background | None) -> tuple[Remedy, ...]:
    if background is None or not rule.startup_boost:
        return ()
    what = "startup boost" if background is Background.BOOST else "background mode"
    title = f"Switch off the {what} of {rule.name}"
    return (Remedy(kind=RemedyKind.SWITCH_OFF_STARTUP_BOOST, title=title, explanation=rule.startup_boost),)


def _background(program: Running) -> Background | None:
    """Returns which mode keeps a browser running unseen, by its arguments and its windows."""
    if any(_NO_STARTUP_WINDOW in (process.arguments or ()) for process in program.processes):
        return Background.BOOST
    shows = {process.windows for process in program.processes}
    if program.rule.kind is BlockerKind.BROWSER and shows <= {WindowState.NONE, WindowState.HIDDEN}:
        return Background.STAYED
    return None


def _held_files(facts: Facts, known: Mapping[int, Process], stage: Stage, shown: set[int]) -> list[Finding]:
    if stage is not Stage.INSTALL:
        return []
    rows = []
    for held in facts.held_files.value or ():
        others = [pid for pid in held.pids if not _lives_beside(known.get(pid), held.path)]
        if not others or set(others) <= shown:
            continue
        found = sorted({known[pid].name if pid in known else f"process {pid}" for pid in others})
        names, one = joined(found), len(found) == 1
        rows.append(
            Finding(
                id=f"file:{held.path}",
                severity=Severity.BLOCKS,
                title=f"{names} {'uses' if one else 'use'} a file that must be replaced",
                explanation=f"The installation has to replace {held.path}, and {names} {'has' if one else 'have'} "
                f"it open. Close {'that program' if one else 'them'}. This check is updated automatically.",
                evidence=tuple(f"{held.path}, in use by process {pid}" for pid in others),
                pids=tuple(others),
            )
        )
    return rows


def _lives_beside(process: Process | None, path: str) -> bool:
    """Returns whether a process is the product itself: an installer can stop what it has installed."""
    if process is None or process.path is None:
        return False
    return _folder(process.path) == _folder(path)


def _folder(path: str) -> str:
    return path.replace("\\", "/").casefold().rpartition("/")[0]


def _short(owner: str | None) -> str:
    return (owner or "").rpartition("\\")[2]
