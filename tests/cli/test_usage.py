"""Commands that were typed wrong: what is said about them, and what people are told to type."""

from __future__ import annotations

import shlex

import pytest

from companion.cli.parser import COMMANDS, CommandGroup, parse
from companion.cli.usage import explain
from tests.kits.cli import FAMILY, Cli

DIGEST = "0" * 64


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        # A command that does not exist, and what may be meant.
        (["licenses"], "There is no command “licenses”.", "Did you mean: companion licences? All"),
        (["order", "list"], "There is no command “order”.", "Did you mean: companion orders?"),
        (["Download"], "There is no command “Download”.", "Did you mean: companion download?"),
        (
            ["list"],
            "There is no command “list”.",
            "list, companion directory list or companion orders list? All",
        ),
        (["edit"], "There is no command “edit”.", "Did you mean: companion purchases edit?"),
        (["refund", FAMILY], "There is no command “refund”.", "Did you mean: companion returns?"),
        (["nope"], "There is no command “nope”.", "All commands: companion --help"),
        (["help"], "There is no command “help”.", "All commands: companion --help"),
        (["orders", "lst"], "There is no command “orders lst”.", "Did you mean: companion orders list?"),
        (["orders", FAMILY], f"There is no command “orders {FAMILY}”.", "Use companion orders with add, list, show,"),
        (["orders"], "companion orders needs a second word.", "Use companion orders with add, list, show,"),
        # Something is missing.
        (["download"], "NUMBER is missing.", "For example: companion download LF-"),
        (["auto-renew", FAMILY], "on or off is missing.", "For example: companion auto-renew LF-"),
        (["verify"], "FILE is missing.", "For example: companion verify setup.exe"),
        (["fetch", "https://a.example/x"], "--to is missing.", "For example: companion fetch https://"),
        (["fetch", "https://a.example/x", "--to"], "--to needs a value.", "For example: companion fetch https://"),
        (["--home"], "--home needs a value.", "All options: companion --help"),
        (["case-file", "--send"], "--send needs a value.", "For example: companion case-file LF-"),
        (["seats", FAMILY, "free"], "The seat to free is missing.", "free "),
        (["verify", "x"], "A file can only be checked against a digest.", "Give --sha256 HEX"),
        # Something is too much or in the wrong place.
        (["download", FAMILY, "a", "b", "c"], "There are 2 words too many for companion download.", "For example: "),
        (["seats", FAMILY, "take", "Dell"], "“Dell” is too much: a seat is only named to free it.", "free Dell"),
        (["licences", "--store", "https://a.example"], "--store goes before the command.", "companion --store VALUE"),
        (["licences", "--verbose"], "--verbose goes before the command.", "Use: companion --verbose licences"),
        (["--progress", "json", "download", FAMILY], "--progress goes after the command.", "--progress json"),
        (["--tray", "orders", "list"], "--tray starts the program in the tray and goes without", "companion --tray"),
        (["preflight", "--watch=yes"], "--watch takes no value.", "For example: companion preflight --watch"),
        # An option that does not exist.
        (["licences", "--jsn"], "There is no option --jsn for companion licences.", "Did you mean: --json?"),
        (["licences", "--hom", "x"], "There is no option --hom for companion licences.", "Did you mean: --home?"),
        (["--hme", "x", "licences"], "There is no option --hme for companion.", "Did you mean: --home?"),
        # A value that is not possible.
        (
            ["reminders", "--now", "tomorrow"],
            "--now: “tomorrow” is not a moment such as 2027-",
            "reminders --now 2027-",
        ),
        (
            ["reminders", "--now", "2027-01-01"],
            "--now: “2027-01-01” needs a time and its offset",
            "reminders --now 2027",
        ),
        *(
            (
                ["reminders", "--now", moment],
                f"--now: “{moment}” is not of the years 1970 to 2200.",
                "reminders --now 2027",
            )
            for moment in ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2201-01-01T00:00:00Z")
        ),
        (["preflight", "--stage", "dance"], "“dance” is not possible for --stage. Choose download or install.", "For "),
        (["auto-renew", FAMILY, "maybe"], "“maybe” is not possible here. Choose on or off.", "For example: "),
        (["store", "--port", "abc"], "--port: “abc” is not a whole number.", "For example: companion store --port"),
        (["store", "--port", "70000"], "--port: the number must be from 0 to 65535.", "For example: companion store"),
        (["verify", "x", "--sha256", "abc"], "--sha256: a SHA-256 digest has 64 hexadecimal digits, “abc”", "For "),
    ],
)
def test_a_mistake_is_named_with_what_to_type_instead(bare: Cli, words: list[str], message: str, hint: str) -> None:
    failure = bare(*words, "--json").error(2, "usage")
    assert failure["message"].startswith(message)
    assert hint in failure["hint"]
    text = bare(*words)
    assert (text.code, text.out) == (2, "")
    assert text.err.splitlines()[1:] == [f"  {failure['message']}", f"  → {failure['hint']}"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["preflight", "--profile", "missing.json"], "bad-file", "missing.json cannot be opened (No such file"),
        (["preflight", "--profile", "."], "bad-file", ". is a folder, not a file."),
        (["verify", ".", "--sha256", DIGEST], "bad-file", "is a folder, not a file."),
        (["fetch", "setup.exe", "--to", "."], "unsafe-address", "Only addresses that start with https://"),
        (["orders", "add", "ben@mail.example"], "bad-order-number", "“ben@mail.example” was given where the order"),
    ],
)
def test_what_was_named_is_of_the_wrong_kind(bare: Cli, words: list[str], code: str, message: str) -> None:
    bare.url = "https://store.example"
    assert message in bare(*words, "--json").error(2, code)["message"]


def test_json_may_stand_before_the_command(cli: Cli) -> None:
    assert cli("--json", "orders", "list").json == cli("orders", "list", "--json").json
    assert cli("--json", "orders", "list", "--json").json["orders"] == []
    cli("--json").error(2, "usage")


@pytest.mark.parametrize("words", [["hunter2"], ["--password", "hunter2"], ["--password=hunter2"]])
def test_a_password_typed_into_the_command_is_not_repeated(bare: Cli, words: list[str]) -> None:
    for form in ((), ("--json",)):
        ran = bare("orders", "add", FAMILY, *words, *form)
        assert ran.code == 2
        assert "hunter2" not in ran.out + ran.err


NAMES = [
    *((name,) for name in COMMANDS),
    *(
        (name, second)
        for name, group in COMMANDS.items()
        if isinstance(group, CommandGroup)
        for second in group.commands
    ),
]


@pytest.mark.parametrize("words", NAMES, ids=" ".join)
def test_the_help_of_a_command_has_examples_that_can_be_typed(bare: Cli, words: tuple[str, ...]) -> None:
    """Every example names the command itself, and the parser understands it."""
    shown = bare(*words, "--help")
    assert shown.code == 0
    examples = [
        line.strip() for line in shown.out.partition("examples:\n")[2].partition("\n\n")[0].splitlines() if line.strip()
    ]
    assert examples
    for example in examples:
        typed = shlex.split(example.replace("HEX", DIGEST), posix=True)
        assert typed[: len(words) + 1] == ["companion", *words]
        assert callable(parse(typed[1:]).run)


def test_what_the_parser_says_in_other_words_is_passed_on() -> None:
    assert explain("something new") == "Something new."
    assert explain("argument -x/--long: expected one argument") == "--long needs a value."
    assert (
        explain("argument on|off: invalid choice: 'maybe' (choose from on, off)")
        == "“maybe” is not possible here. Choose on or off."
    ), "as newer versions of Python quote it"


def test_the_help_of_the_program_lists_every_command(bare: Cli) -> None:
    shown = bare("--help").out
    for name, command in COMMANDS.items():
        assert f"\n    {name}" in shown
        assert command.summary.split()[0] in shown


CODE = "B-_" + "b" * 19


@pytest.mark.parametrize(
    ("words", "pressed"),
    [
        ([f"companion:{CODE}"], CODE),
        ([f"COMPANION:{CODE}/"], CODE),
        (["companion:anything"], "unknown"),
        (["companion:"], "unknown"),
        # Whoever opens a link chooses what stands in it, and Windows hands it over as it is.
        ([f"companion:{CODE}", "--store", "https://evil.example", "uninstall-data", "--yes"], CODE),
        (["companion:x", "--help"], "unknown"),
        ([], None),
    ],
)
def test_a_link_opens_the_window_and_nothing_in_it_is_an_option(words: list[str], pressed: str | None) -> None:
    asked = parse(words)
    assert (asked.command, asked.store, asked.home, asked.pressed) == (None, None, None, pressed)
