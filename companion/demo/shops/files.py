"""The files that the shops sell."""

from __future__ import annotations

import functools
import hashlib
import io
import zipfile

_PAYLOAD = 512 * 1024


@functools.cache
def archive(product: str) -> bytes:
    """Returns the ZIP archive of a product, the same at every start."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        made.writestr(zipfile.ZipInfo("Read me.txt"), f"{product}: a harmless file of the demo.\n")
        made.writestr(zipfile.ZipInfo("data.bin"), hashlib.shake_256(product.encode()).digest(_PAYLOAD))
    return written.getvalue()
