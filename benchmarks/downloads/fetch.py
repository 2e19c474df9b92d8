"""A bare command around the engine, to measure it without any other command's start-up."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from companion.domain.errors import CompanionError
from companion.domain.transfers import Expected, Options
from companion.services import downloads
from companion.services.cancellation import Cancellation


def main() -> int:
    url, folder, size, sha256, connections = sys.argv[1:6]
    expected = Expected(size=int(size) or None, sha256=sha256 or None)
    try:
        result = downloads.fetch(
            downloads.fixed_source(url),
            expected,
            Path(folder),
            cancellation=Cancellation(),
            progress=lambda _: None,
            options=Options(most_connections=int(connections), synchronise=False),
        )
    except CompanionError as error:
        print(json.dumps(error.as_dict()))
        return 1
    print(json.dumps({name: str(getattr(result, name)) for name in result.__struct_fields__}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
