"""Which running programs a profile's rules mean, and who may do something about them."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from companion.domain.core.model import Model
from companion.domain.core.platform import Platform
from companion.domain.pc.facts import Process, Who, WindowState
from companion.domain.pc.program_paths import is_installed, is_interpreter, program_name
from companion.domain.pc.untouchable import guarded
from companion.domain.store.profile import BlockerRule, ProcessMatch, Stage

T = TypeVar("T")

# The kernel keeps 15 bytes of a process' name on Linux (proc(5), comm).
_COMM_LENGTH = 15


class Reach(enum.StrEnum):
    """Whether this app may ask a program to close, and if not, why."""

    MINE = "mine"
    OTHER_SESSION = "otherSession"
    OTHER_USER = "otherUser"
    ELEVATED = "elevated"
    GUARDED = "guarded"
    """It runs the PC or protects it, and is never closed, whatever a profile says."""


class Doubt(enum.StrEnum):
    """Why a process may be another program than the one a rule means."""

    DETAILS = "details"
    """What the rule asks for beside the name could not be read."""
    INTERPRETER = "interpreter"
    """It is run by an interpreter: a script, or byte code, of that name."""
    ELSEWHERE = "elsewhere"
    """It lies where anyone can put a file of that name, or names another maker."""
    PATH = "path"
    """Which file it runs could not be read."""


class Running(Model, frozen=True):
    """A program of one rule that runs: its `instances` (first processes), all its `processes`, and mere `helpers`.

    `doubt` is why it may be another program of the same name; None when it is certain.
    """

    rule: BlockerRule
    reach: Reach
    instances: tuple[Process, ...]
    processes: tuple[Process, ...]
    helpers: tuple[Process, ...] = ()
    doubt: Doubt | None = None

    @property
    def certain(self) -> bool:
        """Whether this is surely the program that the rule means."""
        return self.doubt is None


def names_of_interest(rules: Iterable[BlockerRule], platform: Platform) -> frozenset[str]:
    """Every executable name the rules mention on `platform`, folded as `listed_name` folds."""
    found: set[str] = set()
    for rule in rules:
        for match in matches_on(rule, platform):
            found.update(listed_name(name, platform) for name in (*match.names, *match.helpers))
    return frozenset(found)


def listed_name(name: str, platform: Platform) -> str:
    """`name` as a sighting shows it, for comparing: without case, and cut where the kernel cuts it."""
    folded = name.casefold()
    if platform is Platform.LINUX:
        return folded.encode("utf-8", "surrogateescape")[:_COMM_LENGTH].decode("utf-8", "replace")
    return folded


def own_tree(processes: Iterable[Process], own_pid: int) -> frozenset[int]:
    """The app's own process, all its ancestors, and all its descendants: never to be touched.

    A parent that started after its child is another process, which got the number of the one that has ended: the
    chain ends there.
    """
    known = {process.pid: process for process in processes}
    ours = {own_pid, *(ancestor.pid for ancestor in ancestors(known, own_pid))}
    for process in known.values():
        if any(ancestor.pid == own_pid for ancestor in ancestors(known, process.pid)):
            ours.add(process.pid)
    return frozenset(ours)


def ancestors(known: Mapping[int, Process], pid: int) -> tuple[Process, ...]:
    """The living ancestors of `pid`, nearest first, as far as `known` (by process id) goes."""
    chain: list[Process] = []
    seen = {pid}
    child = known.get(pid)
    while child is not None and child.parent is not None and child.parent not in seen:
        parent = known.get(child.parent)
        if parent is None or (child.started and parent.started and parent.started > child.started):
            break
        chain.append(parent)
        seen.add(parent.pid)
        child = parent
    return tuple(chain)


def running(
    processes: Iterable[Process], rules: Iterable[BlockerRule], stage: Stage, platform: Platform, who: Who | None
) -> tuple[Running, ...]:
    """The programs of `rules` that run and matter for `stage`, in the rules' order.

    There is one entry per rule and reach, and another one for processes that may be other programs of the same name.
    Each process belongs to the first rule that matches it. The app's own tree is left out.
    """
    everything = tuple(processes)
    ours = own_tree(everything, who.pid) if who else frozenset()
    left = [process for process in everything if process.pid not in ours]
    found: list[Running] = []
    for rule in rules:
        if stage not in rule.stages:
            continue
        main = [process for process in left if _matches(process, rule, platform)]
        taken = {process.pid for process in main}
        helpers = [process for process in left if process.pid not in taken and _helps(process, rule, platform)]
        taken.update(process.pid for process in helpers)
        left = [process for process in left if process.pid not in taken]
        found.extend(_by_reach(rule, main, helpers, who, platform))
    return tuple(found)


def matches_on(rule: BlockerRule, platform: Platform) -> tuple[ProcessMatch, ...]:
    """The parts of `rule` that are for `platform`."""
    return tuple(match for match in rule.matches if match.platform in (platform, Platform.ANY))


def reach_of(process: Process, who: Who | None) -> Reach:
    """Whether the app, run by `who`, may close `process`."""
    if who is None:
        return Reach.MINE
    if process.service is not None:
        # No person signs in as it: who may stop it decides, whatever account it runs in.
        return Reach.MINE if who.elevated else Reach.ELEVATED
    if process.owner and who.user and process.owner.casefold() != who.user.casefold():
        return Reach.OTHER_USER
    if process.session is not None and who.session is not None and process.session != who.session:
        # Whose it is cannot be read across users without an administrator's rights: then it is another user's.
        return Reach.OTHER_SESSION if process.owner else Reach.OTHER_USER
    if process.elevated and not who.elevated:
        return Reach.ELEVATED
    return Reach.MINE


def _by_reach(
    rule: BlockerRule, main: list[Process], helpers: list[Process], who: Who | None, platform: Platform
) -> list[Running]:
    found = []
    for reach in Reach:
        mine = [process for process in main if _reach(process, who, platform) is reach]
        lone = [process for process in helpers if _reach(process, who, platform) is reach]
        doubts = {process.pid: _doubt(process, rule, platform) for process in mine}
        for doubt in (None, *Doubt):
            processes = tuple(process for process in mine if doubts[process.pid] is doubt)
            if processes:
                found.append(_running(rule, reach, processes, lone, doubt))
                lone = []
        if lone:
            found.append(_running(rule, reach, (), lone, None))
    return found


def _running(
    rule: BlockerRule, reach: Reach, processes: tuple[Process, ...], helpers: list[Process], doubt: Doubt | None
) -> Running:
    numbers = {process.pid for process in processes}
    # Where each names another as its parent (numbers are used again), any of them stands for all.
    firsts = tuple(process for process in processes if process.parent not in numbers) or processes[:1]
    # A program with windows is what people see; its windowless siblings stay behind it.
    instances = tuple(sorted(firsts, key=lambda process: process.windows is not WindowState.VISIBLE))
    return Running(
        rule=rule, reach=reach, instances=instances, processes=processes, helpers=tuple(helpers), doubt=doubt
    )


def _reach(process: Process, who: Who | None, platform: Platform) -> Reach:
    return Reach.GUARDED if guarded(process, platform) is not None else reach_of(process, who)


def _helps(process: Process, rule: BlockerRule, platform: Platform) -> bool:
    return any(_named(process, match.helpers, platform) for match in matches_on(rule, platform))


def _matches(process: Process, rule: BlockerRule, platform: Platform) -> bool:
    return any(False not in _checks(process, match) for match in _candidates(process, rule, platform))


def _doubt(process: Process, rule: BlockerRule, platform: Platform) -> Doubt | None:
    """Returns why a process that `rule` matches may be another program, by the match that leaves the least doubt."""
    order = (None, *reversed(Doubt))
    return min(
        (
            _doubt_of(process, match, rule.name, platform)
            for match in _candidates(process, rule, platform)
            if False not in _checks(process, match)
        ),
        key=order.index,
    )


def _doubt_of(process: Process, match: ProcessMatch, name: str, platform: Platform) -> Doubt | None:
    checks = _checks(process, match)
    if None in checks:
        return Doubt.DETAILS
    narrowed = bool(match.path_contains or match.publishers or match.arguments)
    if process.path is None:
        return None if narrowed else Doubt.PATH
    by_file = _is_one_of(process.path, match.names)
    if is_interpreter(process.path) and not (by_file and narrowed):
        return Doubt.INTERPRETER
    if narrowed:
        return None
    installed = is_installed(process.path, platform)
    if _agrees(process, name) and (installed or _agrees_by_maker(process, name)):
        return None
    return None if not _told(process) and installed else Doubt.ELSEWHERE


def _told(process: Process) -> bool:
    """Whether the file itself says what it is."""
    return bool(process.label or process.publisher)


def _agrees(process: Process, name: str) -> bool:
    """Whether what the file says of itself shares a word with the rule's name: "Thunderbird", "Mozilla"."""
    return bool(_words(f"{process.label or ''} {process.publisher or ''}") & _words(name))


def _agrees_by_maker(process: Process, name: str) -> bool:
    """Whether no other maker is named in the file: a viewer for "Outlook" files by another maker is not Outlook."""
    return not process.publisher or bool(_words(process.publisher) & _words(name))


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if len(word) > 2}


def _candidates(process: Process, rule: BlockerRule, platform: Platform) -> list[ProcessMatch]:
    return [match for match in matches_on(rule, platform) if _named(process, match.names, platform)]


def _checks(process: Process, match: ProcessMatch) -> tuple[bool | None, ...]:
    return (
        _narrow(process.path, match.path_contains, _contained),
        _narrow(process.publisher, match.publishers, _same),
        _narrow(process.arguments, match.arguments, _argued),
    )


def _named(process: Process, names: tuple[str, ...], platform: Platform) -> bool:
    """Whether the executable has one of `names`; the name a process gives itself counts where the file cannot tell.

    A script runs in its interpreter's file and has a name of its own.
    """
    if process.path is None:
        return any(listed_name(name, platform) == listed_name(process.name, platform) for name in names)
    if _is_one_of(process.path, names):
        return True
    return is_interpreter(process.path) and any(
        listed_name(name, platform) == listed_name(process.name, platform) for name in names
    )


def _is_one_of(path: str, names: tuple[str, ...]) -> bool:
    return program_name(path).casefold() in {name.casefold() for name in names}


def _narrow(found: T | None, wanted: tuple[str, ...], agrees: Callable[[T, str], bool]) -> bool | None:
    """True when nothing narrows or the found value agrees, False when it disagrees, None when it could not be read."""
    if not wanted:
        return True
    if found is None:
        return None
    return any(agrees(found, text) for text in wanted)


def _contained(path: str, part: str) -> bool:
    return part.replace("\\", "/").casefold() in path.replace("\\", "/").casefold()


def _same(publisher: str, wanted: str) -> bool:
    return publisher.casefold() == wanted.casefold()


def _argued(arguments: tuple[str, ...], wanted: str) -> bool:
    return any(wanted.casefold() in argument.casefold() for argument in arguments)
