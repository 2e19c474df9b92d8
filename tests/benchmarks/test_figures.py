"""The summary of the benchmarks: medians of several rounds, goals, and what is said of wrong words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import CANNOT, EVERY, ONCE, Measured, figures_of, run
from benchmarks.figures import Figure, as_json, from_json, medians, table

ROOT = Path(__file__).parent.parent.parent


def test_of_several_rounds_each_figure_is_the_median() -> None:
    rounds = [[Figure("a", value, "ms", 5.0), Figure("b", 1.0, "×")] for value in (9.0, 1.0, 4.0)]
    assert medians(rounds) == (Figure("a", 4.0, "ms", 5.0), Figure("b", 1.0, "×"))


@pytest.mark.parametrize(("reached", "most", "met"), [(5.0, 5.0, True), (5.1, 5.0, False), (5.0, None, None)])
def test_a_goal_is_met_up_to_its_figure(reached: float, most: float | None, met: bool | None) -> None:
    assert Figure("a", reached, "ms", most).met is met


def test_the_table_names_goals_and_what_was_reached() -> None:
    lines = table([Figure("start", 1.234, "×", 1.1), Figure("window", 87.25, "MiB", 90.0), Figure("bare", 52, "MiB")])
    said = [line.split() for line in lines.splitlines()]
    assert said == [
        ["goal", "reached"],
        ["start", "1.1", "1.23", "×", "missed"],
        ["window", "90", "87.2", "MiB", "met"],
        ["bare", "52", "MiB"],
    ]


def test_figures_are_the_same_out_of_json() -> None:
    figures = (Figure("a", 1.5, "ms", 2.0), Figure("b", 3.0, "×"))
    assert from_json(as_json(figures)) == figures


@pytest.mark.slow
def test_a_benchmark_runs_in_every_round_in_a_process_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    found = run(["reminders", "reminders"], 2)
    assert not found.not_measured
    (figure,) = found.figures["reminders"]
    assert (figure.name, figure.unit, figure.most) == ("what is due of 3,000 dates", "ms", 10.0)
    assert figure.reached > 0
    told = [line.rpartition(",")[0] for line in capsys.readouterr().err.splitlines()]
    assert told == ["round 1 of 2: reminders", "round 2 of 2: reminders"]


def test_what_cannot_be_measured_is_said_and_ends_the_run_like_a_missed_goal(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    words = ["--only", "downloads", "--rounds", "2", "--json", str(tmp_path / "figures.json")]
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", *words],
        cwd=ROOT, env={**os.environ, "PATH": str(tmp_path / "empty")}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 1
    said = ran.stdout.splitlines()[-1]
    assert said.startswith("downloads was not measured: please install curl, wget, aria2c, openssl")
    assert len(ran.stderr.splitlines()) == 1, "it is not tried in the second round"
    written = json.loads((tmp_path / "figures.json").read_text())
    assert written["figures"] == {}
    assert said.endswith(written["notMeasured"]["downloads"])
    assert "Traceback" not in ran.stderr


def test_all_figures_stand_in_one_table() -> None:
    found = Measured({"start": (Figure("a", 2.0, "×", 1.0),), "lists": (Figure("b", 1.0, "ms", 2.0),)}, {"built": "no"})
    assert [line.split() for line in found.table().splitlines()] == [
        ["goal", "reached"],
        ["start:", "a", "1", "2", "×", "missed"],
        ["lists:", "b", "2", "1", "ms", "met"],
        [],
        ["1", "goals", "are", "missed"],
        ["built", "was", "not", "measured:", "no"],
    ]
    assert CANNOT not in (0, 1, 2)


@pytest.mark.slow
def test_what_repeats_everything_itself_runs_in_the_first_round_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(EVERY) >= ONCE
    found = run(["outage"], 2)
    assert len(found.figures["outage"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--only", "startt"), "invalid choice: 'startt'"),
        (("--rounds", "0"), "there is at least one round"),
        (("--rounds", "many"), "invalid"),
        (("start",), "unrecognized arguments: start"),
    ],
)
def test_wrong_words_are_told_and_nothing_is_run(words: tuple[str, ...], said: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", *words], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 2
    assert said in ran.stderr
    assert not ran.stdout


@pytest.mark.parametrize("name", EVERY)
def test_every_benchmark_can_be_asked_for_figures(name: str) -> None:
    assert callable(figures_of(name))
