"""Run by a shell called "companionlike": closes everything of that name in its folder, by force."""

import sys
from pathlib import Path

from companion.domain.core import serialization
from companion.domain.pc.closing import Patience
from companion.domain.pc.finding import Requirements
from companion.domain.store.profile import Profile, Stage
from companion.services.app.cancellation import Cancellation
from companion.services.app.resources import resource
from companion.services.pc.program_closer import ProgramCloser
from companion.services.platforms.linux.platform import linux as linux_services
from tests.kits.linux import Programs

folder, answer = Path(sys.argv[1]), Path(sys.argv[2])
linux = linux_services()
profile = serialization.decode(resource("profiles/larkfield.json").read_bytes(), Profile, source="the shipped profile")
fields = {name: getattr(profile, name) for name in profile.__struct_fields__}
needs = Requirements(
    profile=Profile(**(fields | {"blockers": Programs(folder).rules("companionlike")})), platform=linux.name
)
patience = Patience(windows=0.2, session=0.5, force=1, watch=0)
closed = ProgramCloser(linux, patience).close(Stage.INSTALL, needs, lambda step: None, Cancellation(), force=True)
answer.write_text(f"gone: {', '.join(map(str, closed.gone)) or 'none'}.")
