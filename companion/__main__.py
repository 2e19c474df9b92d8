"""``python -m companion``, and where the installed program starts."""

import gc
import sys

# Starting makes many objects that stay: looking through them again and again for garbage, and once more at the end,
# takes a fifth of the time of a short command.
_BEFORE_A_LOOK = 50_000


def main() -> int:
    """Run the program and return its exit code."""
    gc.set_threshold(_BEFORE_A_LOOK)
    from companion.cli import main as run

    code = run()
    gc.freeze()
    return code


if __name__ == "__main__":
    sys.exit(main())
