"""Services of Windows: which start programs, which process each of them is, and asking one to stop."""

from __future__ import annotations

import contextlib
import ctypes
import struct
import threading
from collections.abc import Iterator
from ctypes import wintypes

from companion.domain.pc.facts import AutostartEntry, AutostartKind, Scope, StartMoment
from companion.services.platforms.windows.api import win32
from companion.services.platforms.windows.api.registry import read_value
from companion.services.platforms.windows.api.win32 import dll

ON_DEMAND = 3
_AUTOMATIC, _NO_CHANGE = 2, 0xFFFFFFFF
_CONNECT_AND_LIST, _QUERY_CONFIG, _CHANGE_CONFIG, _STOP = 0x1 | 0x4, 0x1, 0x2, 0x20
_CONTROL_STOP, _STATUS_SIZE = 1, 28
_OWN_PROCESS, _EVERY_STATE, _RUNNING, _PROCESS_INFO = 0x10, 3, 1, 0
# The probes of one check ask at the same time; what one of them closes, another's handle can be taken for.
_ONE_AT_A_TIME = threading.Lock()
_KEYS = r"HKLM\SYSTEM\CurrentControlSet\Services"
# SERVICE_FAILURE_ACTIONS as the registry keeps it: five numbers of four bytes, then pairs of an action and its delay.
_ACTIONS_AT, _RESTART, _RUN_COMMAND, _MOST_ACTIONS = 20, 1, 3, 64


def entries() -> list[AutostartEntry]:
    """Programs of their own that the service control manager starts; drivers and shared hosts are not programs."""
    found = []
    with contextlib.suppress(OSError), _control_manager() as scm:
        for row in _listed(scm, _EVERY_STATE):
            with contextlib.suppress(OSError), _service(scm, row.name, _QUERY_CONFIG) as service:
                configuration = _configuration(service)
                if configuration.start == _AUTOMATIC:
                    found.append(_entry(row.name, row.label, configuration.command or ""))
    return found


def _entry(name: str, label: str, command: str) -> AutostartEntry:
    key = rf"{_KEYS}\{name}"
    return AutostartEntry(
        kind=AutostartKind.SERVICE,
        name=label or name,
        command=win32.expanded(command),
        location=name,
        scope=Scope.MACHINE,
        moment=StartMoment.DELAYED if read_value(key, "DelayedAutostart") == 1 else None,
        restarts=comes_back(read_value(key, "FailureActions")),
    )


def comes_back(failure_actions: object) -> bool:
    """Whether the recovery actions of a service, as the registry keeps them, start it or another program again."""
    if not isinstance(failure_actions, bytes) or len(failure_actions) < _ACTIONS_AT:
        return False
    count = min(struct.unpack_from("<I", failure_actions, 12)[0], _MOST_ACTIONS)
    actions = failure_actions[_ACTIONS_AT : _ACTIONS_AT + 8 * count]
    kinds = [struct.unpack_from("<I", actions, place)[0] for place in range(0, len(actions) - 7, 8)]
    return any(kind in (_RESTART, _RUN_COMMAND) for kind in kinds)


def names_by_process() -> dict[int, str]:
    """The names of the running services that have a process of their own, by its number."""
    with contextlib.suppress(OSError), _control_manager() as scm:
        return {row.pid: row.label or row.name for row in _listed(scm, _RUNNING) if row.pid}
    return {}


def stop_service(name: str) -> bool:
    """Ask the service control manager to stop the service of this name or label."""
    with contextlib.suppress(OSError), _control_manager() as scm:
        asked = [row.name for row in _listed(scm, _RUNNING) if name in (row.label, row.name)]
        told = [each for each in asked if _told_to_stop(scm, each)]
        return bool(told)
    return False


def _told_to_stop(scm: int, name: str) -> bool:
    with contextlib.suppress(OSError), _service(scm, name, _STOP) as service:
        status = ctypes.create_string_buffer(_STATUS_SIZE)
        return bool(dll("advapi32").ControlService(service, _CONTROL_STOP, status))
    return False


def start_of(name: str) -> int:
    """How a service is started, as a number of Windows. Raises `OSError`."""
    with _control_manager() as scm, _service(scm, name, _QUERY_CONFIG) as service:
        return int(_configuration(service).start)


def set_start(name: str, start: int) -> None:
    """Change how a service is started, and nothing else about it. Raises `OSError`."""
    with _control_manager() as scm, _service(scm, name, _CHANGE_CONFIG) as service:
        unchanged = (_NO_CHANGE, start, _NO_CHANGE, None, None, None, None, None, None, None)
        if not dll("advapi32").ChangeServiceConfigW(service, *unchanged):
            raise win32.failure()


def put_back(name: str, before: int) -> bool:
    """Restore how a service is started; False when it was changed meanwhile. Raises `OSError`."""
    now = start_of(name)
    if now == ON_DEMAND:
        set_start(name, before)
    return now in (ON_DEMAND, before)


@contextlib.contextmanager
def _control_manager() -> Iterator[int]:
    with _ONE_AT_A_TIME, _opened(dll("advapi32").OpenSCManagerW(None, None, _CONNECT_AND_LIST)) as scm:
        yield scm


def _service(scm: int, name: str, rights: int) -> contextlib.AbstractContextManager[int]:
    return _opened(dll("advapi32").OpenServiceW(scm, name, rights))


@contextlib.contextmanager
def _opened(handle: int | None) -> Iterator[int]:
    """What the service control manager has opened, until the end of the block. Raises `OSError` where it refused."""
    if not handle:
        raise win32.failure()
    try:
        yield handle
    finally:
        dll("advapi32").CloseServiceHandle(handle)


def _listed(scm: int, state: int) -> list[win32.ServiceStatus]:
    needed, count, resume = wintypes.DWORD(), wintypes.DWORD(), wintypes.DWORD()
    numbers = [ctypes.byref(number) for number in (needed, count, resume)]
    list_services = dll("advapi32").EnumServicesStatusExW
    list_services(scm, _PROCESS_INFO, _OWN_PROCESS, state, None, 0, *numbers, None)
    buffer = ctypes.create_string_buffer(needed.value + 4096)
    resume.value = 0
    if not list_services(scm, _PROCESS_INFO, _OWN_PROCESS, state, buffer, len(buffer), *numbers, None):
        raise win32.failure()
    # The rows point into the buffer, which lives as long as they do.
    return list((win32.ServiceStatus * count.value).from_buffer(buffer))


def _configuration(service: int) -> win32.ServiceConfiguration:
    needed = wintypes.DWORD()
    dll("advapi32").QueryServiceConfigW(service, None, 0, ctypes.byref(needed))
    buffer = ctypes.create_string_buffer(max(needed.value, ctypes.sizeof(win32.ServiceConfiguration)))
    if not dll("advapi32").QueryServiceConfigW(service, buffer, len(buffer), ctypes.byref(needed)):
        raise win32.failure()
    return win32.ServiceConfiguration.from_buffer(buffer)
