"""The command line: one command per job of a person.

Modules are imported inside functions here so that each command loads, and waits for, only what it needs.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode

if TYPE_CHECKING:
    from companion.cli.output import Output

_log = logging.getLogger(__name__)


def main(argv: list[str] | None = None) -> int:
    """Run the command that was typed.

    Returns the exit code: 0 done, 1 no, 2 usage, 3 store or network failed, 130 stopped.
    """
    from companion.cli.output import EXIT_INTERRUPTED, Output, flush_streams, make_streams_forgiving

    words = sys.argv[1:] if argv is None else argv
    make_streams_forgiving()
    output = Output(as_json="--json" in words)
    try:
        return _run(words, output)
    except CompanionError as error:
        return output.error(error)
    except (KeyboardInterrupt, Cancelled):
        output.error(_stopped())
        return EXIT_INTERRUPTED
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 0
    except Exception as error:  # noqa: BLE001 - the outermost layer: a mistake of ours is logged and said plainly
        return output.error(_as_bug(error))
    finally:
        flush_streams()
        logger = sys.modules.get("companion.services.app.log")
        if logger is not None:
            logger.stop_log()


def _run(words: list[str], output: Output) -> int:
    from companion.cli.parser import parse

    # Help and the version end here, and need nothing of what follows.
    arguments = parse(words)
    from companion.cli.context import CommandContext
    from companion.cli.failures import record_failure, record_success

    output.progress_json = arguments.progress == "json"
    context = CommandContext(arguments, output)
    try:
        code: int = arguments.run(context)
        if code == 0:
            record_success(context)
    except CompanionError as error:
        raise record_failure(context, error) from None
    except (Cancelled, KeyboardInterrupt):
        raise
    except Exception:
        context.start_log()
        _log.exception("companion %s failed", arguments.command or "")
        raise
    finally:
        context.close()
    return code


def _stopped() -> CompanionError:
    return CompanionError(
        ErrorCode.STOPPED,
        "Stopped",
        "You stopped this command.",
        "You can start it again at any time; what is done already is kept.",
    )


def _as_bug(error: Exception) -> CompanionError:
    from companion.services.app.errors import as_error

    return as_error(error)
