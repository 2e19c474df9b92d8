"""What an installation replaces, as the system's own record tells it."""

from __future__ import annotations

import msgspec

from companion.domain.installation.files.identity import InstallerIdentity
from companion.domain.installation.proof.products import present
from companion.domain.installation.proof.system_record import SystemRecord
from companion.domain.pc.finding import Requirements


def with_folder(requirements: Requirements, found: InstallerIdentity, record: SystemRecord) -> Requirements:
    """Returns the requirements with the folder in which the system lists the product of a file, where it lists it."""
    here = present(record, found)
    if here is None or here.where is None:
        return requirements
    return msgspec.structs.replace(requirements, replaced_folder=here.where, replaced_product=here.name)
