"""Qt Widgets: shows values, starts work through `tasks`, decides nothing."""

import builtins

# PySide6 puts a hook in the place of the import statement, for `from __feature__ import …`, which is not used here. It
# reads the source of every module that is imported from then on, and keeps it in memory: 20 MiB in all.
_import = builtins.__import__
import PySide6.QtCore  # noqa: E402, F401

builtins.__import__ = _import
