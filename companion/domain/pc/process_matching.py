"""Which running programs a profile's rules mean, and who may do something about them."""

from __future__ import annotations

import enum
import ntpath
import posixpath
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from companion.domain.core.model import Model
from companion.domain.core.platform import Platform
from companion.domain.pc.facts import Process, Who, WindowState
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


class Running(Model, frozen=True):
    """A program of one rule that runs: its `instances` (first processes), all its `processes`, and mere `helpers`.

    `certain` is false when the match rests on a name alone because the rest could not be read.
    """

    rule: BlockerRule
    reach: Reach
    instances: tuple[Process, ...]
    processes: tuple[Process, ...]
    helpers: tuple[Process, ...] = ()
    certain: bool = True


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

    A parent that started after its child is a stranger who got the dead parent's number, and ends the chain.
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
    """The programs of `rules` that run and matter for `stage`, one entry per rule and reach, in the rules' order.

    Each process belongs to the first rule that matches it. The app's own tree is left out.
    """
    everything = tuple(processes)
    ours = own_tree(everything, who.pid) if who else frozenset()
    left = [process for process in everything if process.pid not in ours]
    found: list[Running] = []
    for rule in rules:
        if stage not in rule.stages:
            continue
        main = [(process, sure) for process in left if (sure := _match(process, rule, platform)) is not None]
        taken = {process.pid for process, _ in main}
        helpers = [process for process in left if process.pid not in taken and _helps(process, rule, platform)]
        taken.update(process.pid for process in helpers)
        left = [process for process in left if process.pid not in taken]
        found.extend(_by_reach(rule, main, helpers, who))
    return tuple(found)


def matches_on(rule: BlockerRule, platform: Platform) -> tuple[ProcessMatch, ...]:
    """The parts of `rule` that are for `platform`."""
    return tuple(match for match in rule.matches if match.platform in (platform, Platform.ANY))


def reach_of(process: Process, who: Who | None) -> Reach:
    """Whether the app, run by `who`, may close `process`."""
    if who is None:
        return Reach.MINE
    if process.owner and who.user and process.owner.casefold() != who.user.casefold():
        return Reach.OTHER_USER
    if process.session is not None and who.session is not None and process.session != who.session:
        # Whose it is cannot be read across users without an administrator's rights: then it is another user's.
        return Reach.OTHER_SESSION if process.owner else Reach.OTHER_USER
    if process.elevated and not who.elevated:
        return Reach.ELEVATED
    return Reach.MINE


def program_name(path_or_command: str) -> str:
    """The file name at the end of a path of either kind."""
    return ntpath.basename(posixpath.basename(path_or_command))


def _by_reach(
    rule: BlockerRule, main: list[tuple[Process, bool]], helpers: list[Process], who: Who | None
) -> list[Running]:
    found = []
    for reach in Reach:
        mine = [(process, sure) for process, sure in main if reach_of(process, who) is reach]
        lone = [process for process in helpers if reach_of(process, who) is reach]
        if not mine and not lone:
            continue
        processes = tuple(process for process, _ in mine)
        numbers = {process.pid for process in processes}
        # Where each names another as its parent (numbers are used again), any of them stands for all.
        firsts = tuple(process for process in processes if process.parent not in numbers) or processes[:1]
        # A program with windows is what people see; its windowless siblings stay behind it.
        instances = tuple(sorted(firsts, key=lambda process: process.windows is not WindowState.VISIBLE))
        certain = not mine or any(sure for _, sure in mine)
        found.append(
            Running(
                rule=rule,
                reach=reach,
                instances=instances,
                processes=processes,
                helpers=tuple(lone),
                certain=certain,
            )
        )
    return found


def _helps(process: Process, rule: BlockerRule, platform: Platform) -> bool:
    return any(_named(process, match.helpers, platform) for match in matches_on(rule, platform))


def _match(process: Process, rule: BlockerRule, platform: Platform) -> bool | None:
    """True: surely the rule's program; False: its name fits but the rest could not be read; None: not it."""
    best: bool | None = None
    for match in matches_on(rule, platform):
        if not _named(process, match.names, platform):
            continue
        checks = (
            _narrow(process.path, match.path_contains, _contained),
            _narrow(process.publisher, match.publishers, _same),
            _narrow(process.arguments, match.arguments, _argued),
        )
        if False in checks:
            continue
        if None not in checks:
            return True
        best = False
    return best


def _named(process: Process, names: tuple[str, ...], platform: Platform) -> bool:
    """Compare by the real executable's name where it is known, for a process can call itself anything."""
    own = {process.name.casefold()}
    if process.path:
        own.add(program_name(process.path).casefold())
    if platform is Platform.LINUX and not process.path:
        return any(listed_name(name, platform) == listed_name(process.name, platform) for name in names)
    return any(name.casefold() in own for name in names)


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
