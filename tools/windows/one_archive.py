"""Runs first in the built program: both programs read their modules from one archive beside them.

PyInstaller would put a copy of the archive into each, which is an eighth of the whole. In this one, modules that few
starts need are compressed together (``rare_modules.py``).
"""

import marshal
import os
import sys

import pyimod01_archive  # PyInstaller's own


class Archive(pyimod01_archive.ZlibArchiveReader):  # type: ignore[misc]
    """The archive; it remembers the group that was read last, since modules of a group need each other."""

    _last: tuple[int, dict[str, bytes]] = (0, {})  # replaced as a whole: threads import at the same time

    def extract(self, name: str, raw: bool = False) -> object:
        _, begin, length = self.toc.get(name, (0, 0, 0))
        if length >= 0:
            return super().extract(name, raw)
        last = self._last
        if last[0] != begin:
            last = self._last = (begin, self._read(begin, -length))
        content = last[1][name]
        return content if raw else marshal.loads(content)

    def _read(self, begin: int, length: int) -> dict[str, bytes]:
        import lzma

        with open(self._filename, "rb") as file:  # noqa: PTH123 - as little as possible is loaded here
            file.seek(self._start_offset + begin)
            found: dict[str, bytes] = marshal.loads(lzma.decompress(file.read(length)))
            return found


if hasattr(sys, "_MEIPASS"):
    import pyimod02_importers

    pyimod02_importers.pyz_archive = Archive(os.path.join(sys._MEIPASS, "companion.pyz"), check_pymagic=True)  # noqa: PTH118
    sys.path_importer_cache.clear()  # finders keep the archive that they were made with
