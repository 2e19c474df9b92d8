"""The command line: one sub-command per user job."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode

if TYPE_CHECKING:
    from companion.cli.context import CommandContext
    from companion.cli.output import Output

_log = logging.getLogger(__name__)


def main(argv: list[str] | None = None) -> int:
    """Do what was typed and return the exit code: 0 done, 1 no, 2 usage, 3 store or network failed, 130 stopped."""
    from companion.cli.output import EXIT_INTERRUPTED, Output, make_streams_forgiving, settle

    words = sys.argv[1:] if argv is None else argv
    make_streams_forgiving()
    output = Output(as_json="--json" in words)
    try:
        return _run(words, output)
    except CompanionError as error:
        return output.error(error)
    except (KeyboardInterrupt, Cancelled):
        output.error(
            CompanionError(
                ErrorCode.STOPPED, "Stopped", "You stopped it.", "Start it again whenever you like: it goes on."
            )
        )
        return EXIT_INTERRUPTED
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 0
    except Exception as error:  # noqa: BLE001 - the outermost layer: a mistake of ours is logged and said plainly
        return output.error(_as_bug(error))
    finally:
        settle()
        logger = sys.modules.get("companion.services.app.log")
        if logger is not None:
            logger.stop_log()


def _run(words: list[str], output: Output) -> int:
    from companion.cli.context import CommandContext
    from companion.cli.parser import parse

    arguments = parse(words)
    output.progress_json = arguments.progress == "json"
    context = CommandContext(arguments, output)
    try:
        run: Callable[[CommandContext], int] = arguments.run or _window()
        code = run(context)
        if code == 0:
            context.succeeded()
    except CompanionError as error:
        raise context.troubled(error) from None
    except (Cancelled, KeyboardInterrupt):
        raise
    except Exception:
        context.note_log()
        _log.exception("companion %s failed", arguments.command or "")
        raise
    finally:
        context.close()
    return code


def _window() -> Callable[[CommandContext], int]:
    from companion.cli.commands.app import window

    return window.run


def _as_bug(error: Exception) -> CompanionError:
    from companion.services.app.errors import as_error

    return as_error(error)
