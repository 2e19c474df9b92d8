"""The way from this PC to the store, step by step: which step fails, and who stands in between."""

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
        sentence = "The way to the store is free: ranges arrive intact, and a test file arrived byte for byte."
        if inspected is not None:
            sentence += (
                f" “{inspected.issuer}” reads the connection on this PC or in this network, and changes nothing."
            )
        return NetworkReport(fine=True, sentence=sentence, hint="Nothing is to do.", steps=steps, between=between)
    sentence, hint = _failure(failed)
    return NetworkReport(fine=False, sentence=sentence, hint=hint, steps=steps, between=between)


def _between(seen: tuple[StepObservation, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for each in seen:
        if each.proxy:
            found.append(f"the proxy {each.proxy}")
        if each.inspected or each.problem is NetworkProblem.UNTRUSTED:
            found.append(f"“{each.issuer}”, which issued the certificate" if each.issuer else "somebody unnamed")
        if each.problem is NetworkProblem.PORTAL:
            found.append(f"a log-in page at {each.place}" if each.place else "a log-in page")
        if each.via:
            found.append(f"a proxy that calls itself “{each.via}”")
    return tuple(dict.fromkeys(found))


def _success(seen: StepObservation) -> str:
    through = f" through the proxy {seen.proxy}" if seen.proxy else ""
    return {
        NetworkStep.NAME: f"{seen.host} is known as {', '.join(seen.addresses)}.",
        NetworkStep.CONNECTION: f"A connection to {seen.host} came about{through}.",
        NetworkStep.ENCRYPTION: f"The connection is encrypted; “{seen.issuer}” vouches for it."
        + (" Only this PC knows that issuer: something here reads the connection." if seen.inspected else ""),
        NetworkStep.ANSWER: "The store answers.",
        NetworkStep.RANGE: "A part of a file can be asked for, so an interrupted download can go on.",
        NetworkStep.CONTENT: "A test file arrived byte for byte.",
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
            f"The name {host} is not known here: there is no internet connection, or a filter hides the name.",
            "Check that other websites open. If they do, a filter (parental control, a DNS blocker) hides the store.",
        )
    return (
        "Names of websites are not being looked up: the service for that gives no answer.",
        "Switch the Wi-Fi off and on again. If that does not help, restart the router.",
    )


def _connection_failure(seen: StepObservation) -> tuple[str, str]:
    target = f"the proxy {seen.proxy}" if seen.proxy else seen.host
    if seen.problem is NetworkProblem.REFUSED:
        return (
            f"The connection to {target} (port {seen.port}) is refused at once: nothing listens there, or a firewall "
            "turns it away.",
            "If other secure websites open, allow this app in the firewall; else try again in a few minutes.",
        )
    if seen.problem is NetworkProblem.SILENT:
        return (
            f"{target} (port {seen.port}) does not answer at all: the attempt disappears, as a firewall makes it.",
            "Allow this app in the firewall, or try another network, such as your phone's.",
        )
    return (
        f"There is no way to {target} from this network.",
        "Check that the Wi-Fi or the cable is connected and other websites open.",
    )


def _proxy_failure(seen: StepObservation) -> tuple[str, str]:
    if seen.problem is NetworkProblem.PROXY_LOG_IN:
        return (
            f"The proxy {seen.proxy} wants a name and a password before it lets anything through.",
            "Ask the person who looks after this network, or use another network.",
        )
    return (
        f"The proxy {seen.proxy} does not let this app through to {seen.host} (answer {seen.status}).",
        "Ask the person who looks after this network to allow the store, or use another network.",
    )


def _certificate_failure(seen: StepObservation) -> tuple[str, str]:
    issuer = f"“{seen.issuer}”" if seen.issuer else "an unnamed issuer"
    if seen.problem is NetworkProblem.EXPIRED:
        return (
            f"The certificate of {seen.host} (issued by {issuer}) is not valid today: this PC's clock is wrong, or the "
            "store forgot to renew it.",
            "Check date and time of this PC first. If they are right, tell the store.",
        )
    if seen.problem is NetworkProblem.WRONG_NAME:
        return (
            f"Somebody else answers in place of {seen.host}: the certificate, issued by {issuer}, is for another name.",
            "If this is a hotel's or a train's Wi-Fi, open a browser and log in there first.",
        )
    return (
        f"Something between this PC and {seen.host} reads the encrypted connection: its certificate comes from "
        f"{issuer}, which this PC does not trust.",
        "If that is your antivirus or your company, ask them to repair its web protection. Else use another network.",
    )


def _content_failure(seen: StepObservation) -> tuple[str, str]:
    via = f" It passes a proxy that calls itself “{seen.via}”." if seen.via else ""
    if seen.problem is NetworkProblem.CUT_OFF:
        return (
            f"The connection to {seen.host} is cut off while it is being set up: by {_PROTECTION}.",
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
            "Try again in a few minutes. If it stays like this, tell support the number.",
        )
    if seen.problem is NetworkProblem.RANGE_IGNORED:
        return (
            f"Parts of a file cannot be asked for: something on the way takes that request out.{via}",
            "Downloads still work, but start over after an interruption. Pause web protection or proxies, if you can.",
        )
    if seen.problem is NetworkProblem.RANGE_WRONG:
        return (
            f"A part of a file was asked for, and other bytes came.{via}",
            f"A download would be damaged here. It is caused by {_PROTECTION}: try another network.",
        )
    if seen.problem is NetworkProblem.CUT_SHORT:
        return (
            f"The test file ended too early.{via}",
            f"A download would be cut off here, by {_PROTECTION}: pause the web protection, or try another network.",
        )
    return (
        f"The test file arrived changed: something on the way alters what is downloaded.{via}",
        f"That is {_PROTECTION}. Pause the scanning of downloads, or try another network.",
    )
