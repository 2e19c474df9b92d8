"""Files of the directory about invented makers."""

from __future__ import annotations

import json
from typing import Any

from companion.domain.directory.maker import Maker, read_maker


def maker_data(**changes: Any) -> dict[str, Any]:
    """Returns the content of a file about an invented maker; `changes` replace fields, None leaves one out."""
    page = "https://www.harbour.example/help"
    data = {
        "name": "Harbour Works",
        "names": ["Harbour Works Ltd."],
        "checkedOn": "2027-01-08",
        "website": {"address": "https://www.harbour.example/", "source": page},
        "products": [{"name": "Harbour Suite", "names": ["HSuite"], "source": page}],
        "senderDomains": [{"domain": "mail-harbour.example", "source": page}],
        "pages": {
            "manage": {"address": "https://my.harbour.example/", "source": page},
            "support": {"address": "https://www.harbour.example/support", "source": page},
        },
        "support": [{"phone": "+18005550100", "phoneDisplay": "800 555 0100", "source": page}],
        "blockingPrograms": [
            {"platform": "windows", "programs": ["harbour.exe"], "why": "It keeps files open.", "source": page}
        ],
        "returns": {"days": 14, "source": page},
        "sellsThrough": [{"kind": "paddle", "source": page}],
    }
    return {field: value for field, value in {**data, **changes}.items() if value is not None}


def maker(*, own: bool = True, **changes: Any) -> Maker:
    """Returns an invented maker as it is read from its file."""
    return read_maker(json.dumps(maker_data(**changes)).encode(), "harbour.json", own=own)


def shop(**changes: Any) -> Maker:
    """Returns an invented payment service that sells for others."""
    page = "https://pay.example/help"
    data = {
        "name": "Pay Example",
        "names": None,
        "sellsForOthers": True,
        "storeKind": "paddle",
        "website": {"address": "https://pay.example/", "source": page},
        "products": None,
        "senderDomains": None,
        "pages": {"manage": {"address": "https://pay.example/orders", "source": page}},
        "returns": {"days": 30, "source": page, "condition": "if nothing was downloaded"},
        "sellsThrough": None,
    }
    return maker(**{**data, **changes})
