#!/usr/bin/env python3
"""Sets Companion up in this folder and starts it: ``python3 dev.py demo`` or ``python3 dev.py test``.

Only the standard library is needed to run this file; everything else goes into ``.venv`` beside it.
"""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
from collections.abc import Callable

from tools.environment import DEVELOP, PYTHON, ROOT, RUN, lock, set_up
from tools.system_packages import add_build_programs, add_optional_test_programs, add_test_programs, exit_code, say

USAGE = """\
python3 dev.py demo [options of companion demo]   set up, then the main job against the embedded store
python3 dev.py test [--quick] [pytest options]    set up, then all checks and tests
python3 dev.py test-windows [--built] [pytest options]   the Windows lab and its tests (Debian, x86-64); --built also
                                                  builds the program and its installer, and tries them
python3 dev.py build-windows                      the Windows program, built and tried under Wine (likewise)
python3 dev.py build-linux                        the Linux program in build/linux, as it runs on this system
python3 dev.py release DIR [--notes FILE]         everything a maintainer uploads; keys by the environment
python3 dev.py pictures FOLDER [--theme dark]     photographs of every page of the real window
python3 dev.py mutate [MODULE...]                 how well the tests hold modules of companion/domain (a long run)
python3 dev.py fuzz [--minutes N] [--target NAME]  inputs of other parties, spoiled at random; --seed N repeats a run
python3 dev.py bench [--only NAME...] [--rounds N]   the benchmarks, and which goals are met; --json FILE
python3 dev.py capabilities                       renew the README's table of what can be done at which store
python3 dev.py lock                               renew the exact versions in requirements/
python3 dev.py setup                              the set-up alone
"""
HELP = ("-h", "--help", "help")
MOST_WORKERS = 8


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):
        say(f"Companion needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
        return 1
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if name in HELP:
        print(USAGE, end="")
        return 0
    if problem := misunderstood(name, rest):
        say(problem)
        say(USAGE.rstrip())
        return 2
    try:
        return exit_code(lambda: COMMANDS[name](rest))
    except KeyboardInterrupt:
        return 130


def misunderstood(name: str, rest: list[str]) -> str:
    """Returns what is wrong with these words, or an empty text."""
    if not name:
        return "dev.py needs a command:"
    if name not in COMMANDS:
        close = difflib.get_close_matches(name, COMMANDS, n=1)
        return f"dev.py has no command “{name}”." + (f" Did you mean “{close[0]}”?" if close else "")
    if name in ("setup", "lock", "capabilities", "build-windows", "build-linux") and rest:
        return f"“{name}” takes no further words: {' '.join(rest)}"
    if name == "pictures" and not [word for word in rest if not word.startswith("-")]:
        return "“pictures” needs the folder that the pictures go to."
    if name == "release" and not [word for word in rest if not word.startswith("-")]:
        return "“release” needs the folder that everything goes to."
    return ""


def setup(_rest: list[str]) -> int:
    set_up(DEVELOP)
    print("Ready: python3 dev.py demo, python3 dev.py test")
    return 0


def demo(rest: list[str]) -> int:
    set_up(RUN)
    return python("-m", "companion", "demo", *rest)


def test(rest: list[str]) -> int:
    set_up(DEVELOP)
    add_test_programs()
    # Bytecode is kept, as it is for everyone: the tests start the program hundreds of times.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    quick = "--quick" in rest
    if not quick:
        add_optional_test_programs()
    options = [option for option in rest if option != "--quick"]
    if not options and (code := check()):
        return code
    picked = "not slow and not windows" if quick else "not windows"
    # Counting lines takes a fifth of the time; the floor of coverage is for the whole run.
    coverage = () if quick else ("--cov", "--cov-report=term:skip-covered")
    examples = ("--hypothesis-profile", "quick") if quick else ()
    # Each keeps to one part of the tests, whose modules and fixtures it needs once, until it helps another.
    spread = ("-n", workers(quick=quick), "--dist", "worksteal")
    code = python("-m", "pytest", *spread, *coverage, *examples, "-m", picked, *options)
    return code if code or options or quick else check_coverage()


def workers(*, quick: bool) -> int:
    """Returns how many processes run the tests: two for each processor, since many tests wait.

    One takes half a gigabyte in a quick run, and more than one in a run of all tests, which counts lines.
    """
    return min(2 * (os.cpu_count() or 1), MOST_WORKERS) if quick else 2


def check() -> int:
    """Runs the checks that read the code; returns the exit code of the first that fails."""
    for words in (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)):
        if code := python("-m", *words):
            return code
    return run(PYTHON.with_name("lint-imports"), "--no-logo")


def check_coverage() -> int:
    """Holds the decisions to the floor of their coverage in pyproject.toml, after a run of all tests."""
    import tomllib  # Not there before Python 3.11, and this file must start on an older one to say so.

    floor = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["companion"]["domain-coverage"]
    code = python(
        *("-m", "coverage", "report", "--include", "companion/domain/*", "--skip-covered", "--fail-under", floor)
    )
    if code:
        say(f"The tests cover less than {floor} % of companion/domain.")
    return code


def test_windows(rest: list[str]) -> int:
    set_up(DEVELOP)
    code = run("bash", ROOT / "tests/windows/setup_lab.sh")
    if "--built" in rest:
        code = code or python("-m", "tools.windows.build", "--untried")
    options = [option for option in rest if option != "--built"]
    return code or python("-m", "pytest", "tests/windows", "-m", "windows", *options)


def build_windows(_rest: list[str]) -> int:
    set_up(DEVELOP)
    return run("bash", ROOT / "tests/windows/setup_lab.sh") or python("-m", "tools.windows.build")


def build_linux(_rest: list[str]) -> int:
    set_up(DEVELOP)
    add_build_programs()
    return python("-m", "tools.release.linux")


def release(rest: list[str]) -> int:
    set_up(DEVELOP)
    return python("-m", "tools.release.release", *rest)


def pictures(rest: list[str]) -> int:
    set_up(DEVELOP)
    add_test_programs()
    screen = ["xvfb-run", "-a", "-s", "-screen 0 1280x1600x24"] if needs_screen() else []
    return run(*screen, PYTHON, "-m", "tests.ui.pictures", *rest)


def mutate(rest: list[str]) -> int:
    set_up(DEVELOP)
    return python("-m", "tools.mutate", *rest)


def fuzz(rest: list[str]) -> int:
    set_up(DEVELOP)
    return python("-m", "tests.fuzz", *rest)


def bench(rest: list[str]) -> int:
    set_up(DEVELOP)
    return python("-m", "benchmarks", *rest)


def capabilities(_rest: list[str]) -> int:
    set_up(DEVELOP)
    return python("-m", "tools.capabilities")


def renew_lock(_rest: list[str]) -> int:
    set_up(DEVELOP)
    return lock()


def needs_screen() -> bool:
    """Returns whether a window can only be shown on a virtual screen."""
    return sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def python(*words: object) -> int:
    return run(PYTHON, *words)


def run(*command: object) -> int:
    return subprocess.run([str(part) for part in command], cwd=ROOT).returncode


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "test": test,
    "test-windows": test_windows,
    "build-windows": build_windows,
    "build-linux": build_linux,
    "release": release,
    "pictures": pictures,
    "mutate": mutate,
    "fuzz": fuzz,
    "bench": bench,
    "capabilities": capabilities,
    "lock": renew_lock,
    "setup": setup,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
