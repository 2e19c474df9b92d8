"""Checking this PC on the command line, once or continuously, and closing what blocks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from companion.cli.context import CommandContext
from companion.cli.files import file_named
from companion.cli.options import path_named
from companion.cli.terminal.interrupts import interruptible
from companion.cli.usage import Parser
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Instant, Model
from companion.domain.core.text import moment_in_words
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.installation.autostart_holds import BY_HAND, Hold
from companion.domain.pc.closing import ClosingResult
from companion.domain.pc.finding import Finding, Requirements
from companion.domain.pc.network_diagnostics import NetworkReport
from companion.domain.pc.preflight import can_continue, findings, most_severe_first
from companion.domain.store.profile import Profile, Stage
from companion.domain.store.rules.general import GeneralRules

if TYPE_CHECKING:
    from companion.domain.installation.proof.installation import CheckedFile
    from companion.domain.pc.facts import Facts
    from companion.services.app.cancellation import Cancellation
    from companion.services.container.local import Local
    from companion.services.container.store import Services


class PreflightResult(Model, frozen=True):
    """``preflight``: the findings, the gravest first, whether any blocks, and the paused automatic starts."""

    stage: Stage
    at: Instant
    blocked: bool
    findings: tuple[Finding, ...]
    held_back: tuple[Hold, ...] = ()
    path: NetworkReport | None = None


def profile_option(parser: Parser) -> None:
    """The profile whose rules apply."""
    parser.add_argument(
        "--profile", metavar="FILE", type=path_named, help="a vendor profile to use instead of the store's"
    )


def check_options(parser: Parser) -> None:
    """What is about to happen, and the profile whose rules apply."""
    stages = [stage.value for stage in Stage]
    parser.add_argument(
        "--stage", choices=stages, default="install", help="what is about to happen; install by default"
    )
    profile_option(parser)
    parser.add_argument(
        "--for", dest="file", metavar="FILE", help="the installer that is to be run; no store is needed"
    )
    parser.add_argument(
        "--purchase", metavar="ABOUT", help="a purchase of any shop: the rules that the directory has of its maker"
    )


def _profile_of_purchase(context: CommandContext, words: str) -> Profile:
    """Returns what a PC is checked by for a purchase. Raises ``no-purchase``."""
    from companion.domain.directory.check_profile import check_profile
    from companion.domain.directory.lookup import parties_of
    from companion.domain.support.subjects import matching, purchase_subjects

    purchases = {each.id: each for each in context.owned.all_purchases()}
    found = matching(purchase_subjects(purchases.values()), words)
    if not found:
        raise CompanionError(
            ErrorCode.NO_PURCHASE,
            "There is no such purchase",
            f"Nothing that you bought is called “{clean_text(words, 80)}”.",
            "List what you own: companion purchases list",
        )
    bought = purchases[found[0].purchase]
    return check_profile(bought.name, parties_of(bought.facts, context.owned.directory.current).maker)


def _rules(context: CommandContext) -> tuple[Profile | GeneralRules, Services | None]:
    """Returns the rules that apply, and the services of the store that they are of, if they are of one.

    Under those of a store or a maker are the rules for installers of any maker.
    """
    from companion.services.pc.general_rules import with_rules_of_any_maker

    rules, services = _own_rules(context)
    return with_rules_of_any_maker(rules) if isinstance(rules, Profile) else rules, services


def _own_rules(context: CommandContext) -> tuple[Profile | GeneralRules, Services | None]:
    from companion.services.pc.general_rules import general_rules

    asked = context.arguments
    if asked.purchase:
        return _profile_of_purchase(context, asked.purchase), None
    if asked.profile is not None:
        return context.profile(), None
    if asked.file is not None or not context.may_know_a_store:
        return general_rules(), None
    try:
        return context.profile(), context.services
    except CompanionError as error:
        if error.code != ErrorCode.NO_STORE:
            raise
        return general_rules(), None


def _for_file(needed: Requirements, path: Path, local: Local | Services) -> tuple[Requirements, tuple[Finding, ...]]:
    """Returns the requirements with what the file needs, and what the file itself tells."""
    from companion.domain.installation.files.checks import file_findings, rules_for, runs_alone
    from companion.domain.installation.proof.replaced import with_folder
    from companion.services.installation.installer_files import file_size, identify

    with interruptible() as cancellation:
        found, size = identify(path, local.platform, cancellation), file_size(path, cancellation)
    rules = rules_for(found, size, needed.profile, local.platform.name)
    needed = msgspec.structs.replace(needed, profile=rules, alone=runs_alone(found))
    needed = with_folder(needed, found, local.platform.system.installed_products())
    return needed, file_findings(found, clean_text(path.name, 60))


class PreflightCheck:
    """Checks this PC and closes what blocks; `services` are those of a store, None without one.

    `job` is the artifact that is installed, or `BY_HAND` where that is not known yet.
    """

    def __init__(
        self,
        local: Local | Services,
        services: Services | None,
        stage: Stage,
        requirements: Requirements,
        job: str,
        of_file: tuple[Finding, ...] = (),
    ) -> None:
        self.stage = stage
        self.requirements = requirements
        self.job = job
        self.recovery = local.recovery
        self._local = local
        self._services = services
        self._of_file = of_file

    @classmethod
    def asked_for(cls, context: CommandContext) -> PreflightCheck:
        """Returns the check of ``--stage``, ``--profile``, ``--purchase`` and ``--for``, which need no store.

        Where no store is known, and for a file, the rules for installers of any maker apply.
        """
        stage, asked = Stage(context.arguments.stage), context.arguments
        rules, services = _rules(context)
        local = services or context.local
        found: tuple[Finding, ...] = ()
        folder = str(local.folders.downloads) if stage is Stage.DOWNLOAD else None
        requirements = Requirements(
            profile=rules,
            platform=local.platform.name,
            destination=folder,
            alone=isinstance(rules, GeneralRules),
        )
        if asked.file is not None:
            requirements, found = _for_file(requirements, file_named(asked.file), local)
        return cls(local, services, stage, requirements, BY_HAND, found)

    @classmethod
    def of_checked(cls, context: CommandContext, file: CheckedFile, job: str) -> PreflightCheck:
        """Returns the check of a file that was looked at: by ``--profile``, else by the rules for any installer."""
        from companion.domain.installation.files.checks import file_findings, rules_for, runs_alone
        from companion.domain.installation.proof.replaced import with_folder
        from companion.services.pc.general_rules import general_rules

        local = context.local
        own = context.profile() if context.arguments.profile is not None else general_rules()
        rules = rules_for(file.found, file.size, own, local.platform.name)
        requirements = Requirements(profile=rules, platform=local.platform.name, alone=runs_alone(file.found))
        requirements = with_folder(requirements, file.found, local.platform.system.installed_products())
        return cls(local, None, Stage.INSTALL, requirements, job, file_findings(file.found, file.name))

    @property
    def profile(self) -> Profile | GeneralRules:
        """The profile whose rules apply."""
        return self.requirements.profile

    @property
    def is_general(self) -> bool:
        """Whether the rules are those for installers of any maker, which say what may block and not what does."""
        return isinstance(self.profile, GeneralRules)

    def look(self, cancellation: Cancellation) -> PreflightResult:
        """Returns what is found now."""
        if self._services is not None:
            return self._looked(self._services.installations.look(self.stage, self.requirements, cancellation))
        return self._decide(self._local.preflight.gather(self.stage, self.requirements, cancellation))

    def watch(self, show: Callable[[PreflightResult], None], cancellation: Cancellation) -> None:
        """Call `show` now and at every change until cancelled."""
        self._local.preflight.watch(
            self.stage, self.requirements, lambda facts: show(self._decide(facts)), cancellation
        )

    def walk(self, context: CommandContext, cancellation: Cancellation) -> NetworkReport | None:
        """Returns the result of checking the connection to the store, step by step; None without a store."""
        if isinstance(self.profile, GeneralRules):
            return None
        return context.services.installations.check_network(
            self.profile, lambda step: context.output.step(step, step.sentence), cancellation
        )

    def close(
        self, context: CommandContext, rule_ids: Iterable[str], agreed: Collection[int], cancellation: Cancellation
    ) -> ClosingResult:
        """Close the programs of these rules, by force where ``--force`` allows it, and look out for what comes back.

        `agreed` are the processes that may be other programs and that the person agreed to close.
        """
        asked = context.arguments
        close = self._local.closing.close if self._services is None else self._services.installations.close_blockers
        return close(
            self.stage,
            self.requirements,
            lambda step: context.output.step(step, step.sentence),
            cancellation,
            force=asked.force,
            only=rule_ids,
            agreed=agreed,
            watch=float(asked.look_out),
        )

    def moment(self, moment: Instant) -> str:
        """A moment as people say it: "08:12"."""
        return moment_in_words(moment, self._local.clock(), self._local.zone)

    def _decide(self, facts: Facts) -> PreflightResult:
        return self._looked(findings(facts, self.requirements, self.stage, self._local.clock(), self._local.zone))

    def _looked(self, rows: tuple[Finding, ...]) -> PreflightResult:
        rows = most_severe_first((*self._of_file, *rows))
        return PreflightResult(
            stage=self.stage,
            at=self._local.clock(),
            blocked=not can_continue(rows),
            findings=rows,
            held_back=self.recovery.held(),
        )
