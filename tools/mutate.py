"""Tells how well the tests of the decisions hold them: changes modules of `companion/domain` one place at a time.

    python3 dev.py mutate transfers/responses billing      these modules and packages (without any: the whole domain)
    python3 dev.py mutate transfers --tests tests/domain   against other tests than those of the same package

Each mutant runs in a forked process that imports the changed module in place of the file; nothing is written into
the project. It runs the tests that reach the changed statement, the fastest first, and ends at the first failure, or
when it has used several times the processor time of the unchanged module. POSIX only.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.util
import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from tools.mutations import Mutation, difference, mutations

ROOT = Path(__file__).resolve().parent.parent
# Loaded once before forking: modules of others, which no mutation changes.
PRELOADED = ("hypothesis.strategies", "msgspec", "requests", "werkzeug.serving", "xml.etree.ElementTree", "sqlite3")
PROCESSOR_FACTOR, PROCESSOR_EXTRA = 5, 2
WALL_FACTOR = 10  # for mutants that wait for ever; generous, because machines are shared
MEMORY_LIMIT = 4 * 2**30


@dataclass(frozen=True)
class Trial:
    """What the tests did with the unchanged module: lines reached and seconds by test, and all processor time."""

    lines: dict[str, set[int]]
    seconds: dict[str, float]
    processor: float

    def reaching(self, mutation: Mutation) -> list[str]:
        """Returns the tests that run the changed statement, the fastest first."""
        wanted = range(mutation.first, mutation.last + 1)
        chosen = [
            test for test, lines in self.lines.items() if mutation.imported or any(line in lines for line in wanted)
        ]
        return sorted(chosen, key=lambda test: self.seconds.get(test, 0.0))


@dataclass
class Result:
    """The mutants of one module, and the survivors with the tests that reached them."""

    module: Path
    tree: ast.Module
    mutants: int = 0
    survivors: list[tuple[Mutation, int]] = field(default_factory=list)

    @property
    def survival(self) -> float:
        """The surviving mutants in per cent."""
        return 100 * len(self.survivors) / self.mutants if self.mutants else 0.0


class Loader(SourceFileLoader):
    """Loads a module from code already compiled."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        super().__init__(name, str(path))
        self.code = code

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - a loader's interface
        return self.code


class Finder:
    """Finds one module by its name, with a loader of its own, before Python looks at the file."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self.name, self.path, self.code = name, path, code

    def find_spec(self, name: str, *_where: object) -> ModuleSpec | None:
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=Loader(name, self.path, self.code))


class Recorder:
    """A pytest plugin: records which lines of a file each test reaches, and how long each test takes."""

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path = name, str(path)
        self.lines: dict[str, set[int]] = {}
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        # A value kept by an earlier test would hide that this one needs the code too.
        for value in vars(sys.modules[self.name]).values() if self.name in sys.modules else ():
            if callable(clear := getattr(value, "cache_clear", None)):
                clear()
        reached = self.lines[item.nodeid] = set()

        def local(frame: FrameType, _event: str, _argument: object) -> Callable[..., Any]:
            reached.add(frame.f_lineno)
            return local

        started = time.perf_counter()
        sys.settrace(lambda frame, _event, _arg: local if frame.f_code.co_filename == self.path else None)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            self.seconds[item.nodeid] = time.perf_counter() - started


class Selection:
    """A pytest plugin: runs the chosen tests alone, in the chosen order."""

    def __init__(self, chosen: Sequence[str]) -> None:
        self.order = {test: place for place, test in enumerate(chosen)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self.order), key=lambda item: self.order[item.nodeid]
        )


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Returns 0 when all mutants were tried, whatever survived; 2 when the arguments or the unchanged tests fail."""
    options = _parser().parse_args(arguments)
    if unknown := [name for name in options.modules if not _files(name, root)]:
        print(f"There is no such module of companion/domain: {' '.join(unknown)}", file=sys.stderr)
        return 2
    os.chdir(root)
    sys.path.insert(0, str(root))
    _preload()
    modules = sorted({path for name in options.modules or ["."] for path in _files(name, root)})
    results = []
    for module in modules:
        tests = options.tests or [_matching_tests(module, root)]
        trial = _try_unchanged(module, tests, root)
        if trial is None:
            print(f"The tests of {module} fail without any mutation: {' '.join(map(str, tests))}", file=sys.stderr)
            return 2
        results.append(_mutate(module, trial, root, options.jobs))
        _show_survivors(results[-1])
    _show_table(results)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py mutate", description="Mutation tests of companion/domain.")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="such as transfers/responses or billing")
    parser.add_argument("--tests", action="append", metavar="PATH", help="tests to run instead of the matching ones")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants tried at the same time")
    return parser


def _files(name: str, root: Path) -> list[Path]:
    """Returns the modules below companion/domain that a path, a dotted name or the end of one stands for."""
    domain = Path("companion/domain")
    place = name.removesuffix(".py") if "/" in name or name == "." else name.replace(".", "/")
    place = place.removeprefix("companion/domain").strip("/")
    if (root / domain / f"{place}.py").is_file():
        return [domain / f"{place}.py"]
    found = sorted((root / domain / place).rglob("*.py"))
    return [path.relative_to(root) for path in found if path.name != "__init__.py"]


def _matching_tests(module: Path, root: Path) -> Path:
    tests = Path("tests", *module.parent.parts[1:])
    return tests if (root / tests).is_dir() else Path("tests/domain")


def _preload() -> None:
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True
    for name in PRELOADED:
        importlib.import_module(name)
    import hypothesis

    # The same examples each time; a failure is enough, its smallest example is not needed.
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutation", derandomize=True, database=None, deadline=None, phases=phases)
    hypothesis.settings.load_profile("mutation")


def _try_unchanged(module: Path, tests: Sequence[Path | str], root: Path) -> Trial | None:
    recorder = Recorder(_dotted(module), root / module)
    with tempfile.TemporaryDirectory() as folder:
        output, kept = Path(folder, "output"), Path(folder, "trial.json")

        def work() -> int:
            code = _run_tests([str(path) for path in tests], recorder, output)
            reached = {test: sorted(lines) for test, lines in recorder.lines.items()}
            kept.write_text(json.dumps({"lines": reached, "seconds": recorder.seconds}))
            return code

        _, status, usage = os.wait4(_fork(work), 0)
        if status:
            print(output.read_text(errors="replace"), file=sys.stderr)
            return None
        found = json.loads(kept.read_text())
    lines = {test: set(reached) for test, reached in found["lines"].items()}
    return Trial(lines, found["seconds"], usage.ru_utime + usage.ru_stime)


def _mutate(module: Path, trial: Trial, root: Path, jobs: int) -> Result:
    result = Result(module, ast.parse((root / module).read_text(encoding="utf-8")))
    running: dict[int, tuple[Mutation, int]] = {}
    for mutation in mutations(result.tree):
        result.mutants += 1
        chosen = trial.reaching(mutation)
        if not chosen:
            result.survivors.append((mutation, 0))
            continue
        with mutation.applied():
            code = compile(ast.fix_missing_locations(result.tree), str(root / module), "exec")
        if len(running) >= jobs:
            _collect(running, result)
        running[_start(module, code, chosen, trial.processor, root)] = mutation, len(chosen)
    while running:
        _collect(running, result)
    result.survivors.sort(key=lambda survivor: survivor[0].line)
    return result


def _start(module: Path, code: CodeType, chosen: Sequence[str], processor: float, root: Path) -> int:
    """Starts a process that tests one mutant, and returns its id."""
    limit = int(processor * PROCESSOR_FACTOR) + PROCESSOR_EXTRA

    def work() -> int:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        signal.alarm(limit * WALL_FACTOR)
        sys.meta_path.insert(0, Finder(_dotted(module), root / module, code))
        files = list(dict.fromkeys(test.partition("::")[0] for test in chosen))
        return _run_tests(files, Selection(chosen), Path(os.devnull))

    return _fork(work)


def _collect(running: dict[int, tuple[Mutation, int]], result: Result) -> None:
    """Waits for one mutant; whatever does not end with all tests passed has been noticed."""
    process, status = os.wait()
    mutation, tests = running.pop(process)
    if status == 0:
        result.survivors.append((mutation, tests))


def _fork(work: Callable[[], int]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    if process := os.fork():
        return process
    code = 3
    try:
        code = work()
    finally:
        os._exit(code)


def _run_tests(paths: Sequence[str], plugin: object, output: Path) -> int:
    file = os.open(output, os.O_WRONLY | os.O_CREAT)
    os.dup2(file, 1)
    os.dup2(file, 2)
    plain = ["-c", os.devnull, "--rootdir", ".", "--import-mode=importlib", "-p", "no:cacheprovider"]
    return int(pytest.main([*plain, "-q", "-x", "--tb=short", *paths], plugins=[plugin]))


def _dotted(module: Path) -> str:
    return ".".join(module.with_suffix("").parts)


def _show_survivors(result: Result) -> None:
    for mutation, tests in result.survivors:
        reached = f"{tests} tests" if tests else "not reached by any test"
        print(f"{result.module}:{mutation.line}  ({reached})")
        for line in difference(result.tree, mutation):
            print(f"    {line}")
    sys.stdout.flush()


def _show_table(results: Sequence[Result]) -> None:
    width = max(len(str(result.module)) for result in results)
    print(f"\n{'module':{width}}  mutants  killed  survived  survived %")
    for result in results:
        survived = len(result.survivors)
        row = f"{result.mutants:7}  {result.mutants - survived:6}  {survived:8}  {result.survival:10.1f}"
        print(f"{result.module!s:{width}}  {row}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
