"""Run as the administrator: becomes an ordinary user, waits for another's process, and says what it saw."""

import json
import os
import sys
import time

from companion.services.platforms.linux.platform import linux as linux_services

pid, linux = int(sys.argv[1]), linux_services()
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
waits, gone, end = 0, frozenset[int](), time.monotonic() + 0.5
while time.monotonic() < end:
    gone |= linux.processes.wait_for_exit([pid], 0.1)
    waits += 1
sys.stdout.write(json.dumps({"user": os.geteuid(), "gone": sorted(gone), "waits": waits}) + "\n")
sys.stdout.flush()
sys.stdin.readline()
sys.stdout.write(json.dumps({"gone": sorted(linux.processes.wait_for_exit([pid], 10))}) + "\n")
