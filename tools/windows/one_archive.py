"""Runs first in the built program: both programs read their modules from one archive beside them.

PyInstaller would put a copy of the archive into each, which is an eighth of the whole.
"""

import os
import sys

import pyimod01_archive  # PyInstaller's own
import pyimod02_importers

pyimod02_importers.pyz_archive = pyimod01_archive.ZlibArchiveReader(
    os.path.join(sys._MEIPASS, "companion.pyz"),  # type: ignore[attr-defined]  # noqa: PTH118
    check_pymagic=True,
)
sys.path_importer_cache.clear()  # finders keep the archive that they were made with
