"""Network diagnostics: which step of connecting to the store fails, and what is between this PC and the store."""

from __future__ import annotations

import enum

from companion.domain.core.model import Model


class NetworkStep(enum.StrEnum):
    """The steps of the route, in order."""

    NAME = "name"
    CONNECTION = "connection"
    ENCRYPTION = "encryption"
    ANSWER = "answer"
    RANGE = "range"
    CONTENT = "content"


class NetworkProblem(enum.StrEnum):
    """What went wrong at a step."""

    NO_SUCH_NAME = "noSuchName"
    NO_NAME_SERVICE = "noNameService"
    REFUSED = "refused"
    SILENT = "silent"
    UNREACHABLE = "unreachable"
    PROXY_LOG_IN = "proxyLogIn"
    PROXY_REFUSES = "proxyRefuses"
    UNTRUSTED = "untrusted"
    WRONG_NAME = "wrongName"
    EXPIRED = "expired"
    CUT_OFF = "cutOff"
    PORTAL = "portal"
    WRONG_STATUS = "wrongStatus"
    RANGE_IGNORED = "rangeIgnored"
    RANGE_WRONG = "rangeWrong"
    CUT_SHORT = "cutShort"
    CHANGED = "changed"


class StepObservation(Model, frozen=True):
    """What was seen at one step. `problem` is None when it went well.

    `issuer` is who issued the certificate, `inspected` whether only this PC trusts it, `via` what the answer says of
    proxies, `place` the host an answer points to. `skipped` says why a step was not taken.
    """

    step: NetworkStep
    milliseconds: float = 0.0
    problem: NetworkProblem | None = None
    skipped: str | None = None
    host: str = ""
    port: int = 0
    proxy: str | None = None
    addresses: tuple[str, ...] = ()
    issuer: str | None = None
    inspected: bool = False
    status: int | None = None
    via: str | None = None
    place: str | None = None


class StepState(enum.StrEnum):
    FINE = "fine"
    FAILED = "failed"
    SKIPPED = "skipped"


class StepResult(Model, frozen=True):
    """One row of the route: how the step went, in a sentence."""

    step: NetworkStep
    state: StepState
    sentence: str
    milliseconds: float = 0.0


class NetworkReport(Model, frozen=True):
    """The whole route: its steps, who stands in between, and what to do where it is broken."""

    fine: bool
    sentence: str
    hint: str
    steps: tuple[StepResult, ...]
    between: tuple[str, ...] = ()


_PROTECTION = "your antivirus, your firewall or the network's owner"


def step_result(seen: StepObservation) -> StepResult:
    """One step as a row."""
    if seen.skipped:
        return StepResult(step=seen.step, state=StepState.SKIPPED, sentence=seen.skipped)
    state = StepState.FAILED if seen.problem else StepState.FINE
    sentence = _failure(seen)[0] if seen.problem else _success(seen)
    return StepResult(step=seen.step, state=state, sentence=sentence, milliseconds=round(seen.milliseconds, 1))


def network_report(seen: tuple[StepObservation, ...]) -> NetworkReport:
    """The way as a whole, told by the first step that failed."""
    steps = tuple(step_result(each) for each in seen)
    between = _between(seen)
    failed = next((each for each in seen if each.problem), None)
    if failed is None:
        inspected = next((each for each in seen if each.inspected), None)
        sentence = "The connection to the store works: a test file and a part of it arrived intact."
        if inspected is not None:
            sentence += (
                f" “{inspected.issuer}” inspects the connection on this PC or in this network, and changes nothing."
            )
        return NetworkReport(
            fine=True, sentence=sentence, hint="Nothing needs to be done.", steps=steps, between=between
        )
    sentence, hint = _failure(failed)
    return NetworkReport(fine=False, sentence=sentence, hint=hint, steps=steps, between=between)


def _between(seen: tuple[StepObservation, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for each in seen:
        if each.proxy:
            found.append(f"the proxy {each.proxy}")
        if each.inspected or each.problem is NetworkProblem.UNTRUSTED:
            found.append(f"“{each.issuer}”, which issued the certificate" if each.issuer else "an unnamed issuer")
        if each.problem is NetworkProblem.PORTAL:
            found.append(f"a log-in page at {each.place}" if each.place else "a log-in page")
        if each.via:
            found.append(f"a proxy named “{each.via}”")
    return tuple(dict.fromkeys(found))


def _success(seen: StepObservation) -> str:
    through = f" through the proxy {seen.proxy}" if seen.proxy else ""
    return {
        NetworkStep.NAME: f"{seen.host} was found at {', '.join(seen.addresses)}.",
        NetworkStep.CONNECTION: f"A connection to {seen.host} was made{through}.",
        NetworkStep.ENCRYPTION: f"The connection is encrypted. Its certificate was issued by “{seen.issuer}”."
        + (
            " Only this PC trusts this issuer: security software or the network inspects the connection."
            if seen.inspected
            else ""
        ),
        NetworkStep.ANSWER: "The store answers.",
        NetworkStep.RANGE: "Parts of a file can be requested, so that an interrupted download can continue.",
        NetworkStep.CONTENT: "A test file arrived intact.",
    }[seen.step]


def _failure(seen: StepObservation) -> tuple[str, str]:
    """What went wrong and what to do; every pair is whole sentences."""
    host, problem = seen.host, seen.problem
    if problem in (NetworkProblem.NO_SUCH_NAME, NetworkProblem.NO_NAME_SERVICE):
        return _name_failure(host, problem)
    if problem in (NetworkProblem.REFUSED, NetworkProblem.SILENT, NetworkProblem.UNREACHABLE):
        return _connection_failure(seen)
    if problem in (NetworkProblem.PROXY_LOG_IN, NetworkProblem.PROXY_REFUSES):
        return _proxy_failure(seen)
    if problem in (NetworkProblem.UNTRUSTED, NetworkProblem.WRONG_NAME, NetworkProblem.EXPIRED):
        return _certificate_failure(seen)
    return _content_failure(seen)


def _name_failure(host: str, problem: NetworkProblem | None) -> tuple[str, str]:
    if problem is NetworkProblem.NO_SUCH_NAME:
        return (
            f"The name {host} was not found: there is no internet connection, or a filter blocks the name.",
            "Check that other websites open. If they do, a filter (parental controls, a DNS blocker) blocks the store.",
        )
    return (
        "Names of websites cannot be looked up: the name service (DNS) does not answer.",
        "Switch the Wi-Fi off and on again. If that does not help, restart the router.",
    )


def _connection_failure(seen: StepObservation) -> tuple[str, str]:
    target = f"the proxy {seen.proxy}" if seen.proxy else seen.host
    if seen.problem is NetworkProblem.REFUSED:
        return (
            f"The connection to {target} (port {seen.port}) is refused: no service is running there, or a firewall "
            "blocks it.",
            "If other secure websites open, allow Companion in the firewall; otherwise try again in a few minutes.",
        )
    if seen.problem is NetworkProblem.SILENT:
        return (
            f"{target} (port {seen.port}) does not answer. A firewall may be blocking the connection.",
            "Allow Companion in the firewall, or try another network, such as your phone's.",
        )
    return (
        f"{target} cannot be reached from this network.",
        "Check that the Wi-Fi or the cable is connected and other websites open.",
    )


def _proxy_failure(seen: StepObservation) -> tuple[str, str]:
    if seen.problem is NetworkProblem.PROXY_LOG_IN:
        return (
            f"The proxy {seen.proxy} requires a user name and a password.",
            "Ask the administrator of this network, or use another network.",
        )
    return (
        f"The proxy {seen.proxy} does not allow a connection to {seen.host} (status {seen.status}).",
        "Ask the administrator of this network to allow the store, or use another network.",
    )


def _certificate_failure(seen: StepObservation) -> tuple[str, str]:
    issuer = f"“{seen.issuer}”" if seen.issuer else "an unnamed issuer"
    if seen.problem is NetworkProblem.EXPIRED:
        return (
            f"The certificate of {seen.host} (issued by {issuer}) is not valid today: this PC's clock is wrong, or the "
            "certificate was not renewed.",
            "Check date and time of this PC first. If they are right, tell the store.",
        )
    if seen.problem is NetworkProblem.WRONG_NAME:
        return (
            f"Another server answers instead of {seen.host}: its certificate, issued by {issuer}, is for another name.",
            "If this is a hotel's or a train's Wi-Fi, open a browser and log in there first.",
        )
    return (
        f"The encrypted connection to {seen.host} is being inspected: its certificate was issued by "
        f"{issuer}, which this PC does not trust.",
        "If this is your antivirus or your company, its web protection needs repair. Otherwise use another network.",
    )


def _content_failure(seen: StepObservation) -> tuple[str, str]:
    via = f" It passes through a proxy named “{seen.via}”." if seen.via else ""
    if seen.problem is NetworkProblem.CUT_OFF:
        return (
            f"The connection to {seen.host} is interrupted while it is being set up, by {_PROTECTION}.",
            "Switch the web protection of your antivirus off for a moment and check again, or try another network.",
        )
    if seen.problem is NetworkProblem.PORTAL:
        where = f" ({seen.place})" if seen.place else ""
        return (
            f"Instead of the store, a log-in page of this network{where} answers.",
            "Open a browser, log in there (hotel, train, guest Wi-Fi), and check again.",
        )
    if seen.problem is NetworkProblem.WRONG_STATUS:
        return (
            f"The store answers with error {seen.status}.{via}",
            "Try again in a few minutes. If the result is the same, tell support the number.",
        )
    if seen.problem is NetworkProblem.RANGE_IGNORED:
        return (
            f"Parts of a file cannot be requested: a proxy or security software removes the request.{via}",
            "Downloads still work, but start over after an interruption. Pause web protection or proxies, if you can.",
        )
    if seen.problem is NetworkProblem.RANGE_WRONG:
        return (
            f"A part of a file was requested, and other data arrived.{via}",
            f"Downloads would be damaged by {_PROTECTION}. Try another network.",
        )
    if seen.problem is NetworkProblem.CUT_SHORT:
        return (
            f"The test file arrived incomplete.{via}",
            f"Downloads would be interrupted by {_PROTECTION}. Pause the web protection, or try another network.",
        )
    return (
        f"The test file arrived changed: a proxy or security software alters downloads.{via}",
        f"That is {_PROTECTION}. Pause the scanning of downloads, or try another network.",
    )
