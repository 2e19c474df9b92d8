"""One download in a process: ``download_process URL FOLDER EXPECTED RATE PATIENCE [LARGEST]``; prints how it ended.

EXPECTED is what the file must be, as JSON.

LARGEST is how many bytes a file may have at most, for this process.
"""

from __future__ import annotations

import sys
from pathlib import Path

from companion.domain.core.errors import CompanionError
from companion.domain.core.serialization import decode
from companion.domain.transfers.models import Expected, Options
from companion.services.app.cancellation import Cancellation
from companion.services.downloads.fetch import fetch
from companion.services.downloads.transfer.transport import fixed_source


def main() -> int:
    """Fetch; 0 if the file is there."""
    url, folder, expected, rate, patience, *largest = sys.argv[1:]
    if largest:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest[0]), int(largest[0])))
    try:
        result = fetch(
            fixed_source(url),
            decode(expected.encode(), Expected, source="the test"),
            Path(folder),
            cancellation=Cancellation(),
            progress=lambda _: None,
            options=Options(limit_rate=int(rate) or None, most_retries=2, first_wait=0.1, patience=float(patience)),
        )
    except CompanionError as error:
        print(error.code, error.message)  # noqa: T201
        return 1
    print(f"ok {result.resumed_from} {result.bytes_fetched} {result.verified}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
