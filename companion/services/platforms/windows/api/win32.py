"""The Windows calls the app makes, declared once. Nothing here touches a DLL before a function is called.

Sources: learn.microsoft.com, the Win32 API reference page of each function.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import importlib
from collections.abc import Iterator
from ctypes import wintypes
from typing import Any

from companion.services.platforms.common.text import clean

# `ctypes` has its Windows half on Windows only, and the type checker looks from wherever it runs.
_ctypes: Any = ctypes

SYNCHRONIZE = 0x00100000
PROCESS_TERMINATE = 0x0001
PROCESS_CREATE_PROCESS = 0x0080
PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
TOKEN_QUERY = 0x0008
TOKEN_USER = 1
ERROR_FILE_NOT_FOUND = 2
ERROR_ACCESS_DENIED = 5
ERROR_CANCELLED = 1223
INVALID_HANDLE = ctypes.c_void_p(-1).value

_HANDLE, _DWORD, _BOOL = wintypes.HANDLE, wintypes.DWORD, wintypes.BOOL
_POINTER, _TEXT, _LRESULT = ctypes.c_void_p, wintypes.LPCWSTR, ctypes.c_ssize_t

# dll → function → (result, arguments); handles are pointers, so leaving a declaration out would cut them in half.
_DECLARATIONS: dict[str, dict[str, tuple[Any, list[Any]]]] = {
    "kernel32": {
        "CreateToolhelp32Snapshot": (_HANDLE, [_DWORD, _DWORD]),
        "Process32FirstW": (_BOOL, [_HANDLE, _POINTER]),
        "Process32NextW": (_BOOL, [_HANDLE, _POINTER]),
        "CloseHandle": (_BOOL, [_HANDLE]),
        "OpenProcess": (_HANDLE, [_DWORD, _BOOL, _DWORD]),
        "TerminateProcess": (_BOOL, [_HANDLE, ctypes.c_uint]),
        "GetExitCodeProcess": (_BOOL, [_HANDLE, _POINTER]),
        "GetProcessId": (_DWORD, [_HANDLE]),
        "QueryFullProcessImageNameW": (_BOOL, [_HANDLE, _DWORD, _POINTER, _POINTER]),
        "GetProcessTimes": (_BOOL, [_HANDLE, _POINTER, _POINTER, _POINTER, _POINTER]),
        "ProcessIdToSessionId": (_BOOL, [_DWORD, _POINTER]),
        "WaitForSingleObject": (_DWORD, [_HANDLE, _DWORD]),
        "OpenMutexW": (_HANDLE, [_DWORD, _BOOL, _TEXT]),
        "ReleaseMutex": (_BOOL, [_HANDLE]),
        "WaitForMultipleObjects": (_DWORD, [_DWORD, _POINTER, _BOOL, _DWORD]),
        "CreateFileW": (_HANDLE, [_TEXT, _DWORD, _DWORD, _POINTER, _DWORD, _DWORD, _HANDLE]),
        "CreateProcessW": (
            _BOOL,
            [_TEXT, _POINTER, _POINTER, _POINTER, _BOOL, _DWORD, _POINTER, _TEXT, _POINTER, _POINTER],
        ),
        "InitializeProcThreadAttributeList": (_BOOL, [_POINTER, _DWORD, _DWORD, _POINTER]),
        "UpdateProcThreadAttribute": (
            _BOOL,
            [_POINTER, _DWORD, ctypes.c_size_t, _POINTER, ctypes.c_size_t, _POINTER, _POINTER],
        ),
        "DeleteProcThreadAttributeList": (None, [_POINTER]),
        "GlobalMemoryStatusEx": (_BOOL, [_POINTER]),
        "GetSystemPowerStatus": (_BOOL, [_POINTER]),
        "GetDiskFreeSpaceExW": (_BOOL, [_TEXT, _POINTER, _POINTER, _POINTER]),
        "GetVolumePathNameW": (_BOOL, [_TEXT, _POINTER, _DWORD]),
        "GetNativeSystemInfo": (None, [_POINTER]),
        "GetCurrentProcess": (_HANDLE, []),
        "LocalFree": (_POINTER, [_POINTER]),
        "ExpandEnvironmentStringsW": (_DWORD, [_TEXT, _POINTER, _DWORD]),
    },
    "ntdll": {
        "NtQueryInformationProcess": (ctypes.c_long, [_HANDLE, ctypes.c_int, _POINTER, ctypes.c_ulong, _POINTER]),
        "NtQuerySystemInformation": (ctypes.c_long, [ctypes.c_int, _POINTER, ctypes.c_ulong, _POINTER]),
        "RtlGetVersion": (ctypes.c_long, [_POINTER]),
    },
    "user32": {
        "EnumWindows": (_BOOL, [_POINTER, wintypes.LPARAM]),
        "GetWindowThreadProcessId": (_DWORD, [wintypes.HWND, _POINTER]),
        "IsWindowVisible": (_BOOL, [wintypes.HWND]),
        "GetWindow": (wintypes.HWND, [wintypes.HWND, ctypes.c_uint]),
        "GetShellWindow": (wintypes.HWND, []),
        "GetWindowTextW": (ctypes.c_int, [wintypes.HWND, _POINTER, ctypes.c_int]),
        "GetClassNameW": (ctypes.c_int, [wintypes.HWND, _POINTER, ctypes.c_int]),
        "PostMessageW": (_BOOL, [wintypes.HWND, ctypes.c_uint, wintypes.WPARAM, wintypes.LPARAM]),
        "SendMessageTimeoutW": (
            _LRESULT,
            [wintypes.HWND, ctypes.c_uint, wintypes.WPARAM, wintypes.LPARAM, ctypes.c_uint, ctypes.c_uint, _POINTER],
        ),
    },
    "advapi32": {
        "OpenProcessToken": (_BOOL, [_HANDLE, _DWORD, _POINTER]),
        "GetTokenInformation": (_BOOL, [_HANDLE, ctypes.c_int, _POINTER, _DWORD, _POINTER]),
        "ConvertSidToStringSidW": (_BOOL, [_POINTER, _POINTER]),
        "LookupAccountSidW": (_BOOL, [_TEXT, _POINTER, _POINTER, _POINTER, _POINTER, _POINTER, _POINTER]),
        "OpenSCManagerW": (_HANDLE, [_TEXT, _TEXT, _DWORD]),
        "OpenServiceW": (_HANDLE, [_HANDLE, _TEXT, _DWORD]),
        "CloseServiceHandle": (_BOOL, [_HANDLE]),
        "EnumServicesStatusExW": (
            _BOOL,
            [_HANDLE, ctypes.c_int, _DWORD, _DWORD, _POINTER, _DWORD, _POINTER, _POINTER, _POINTER, _TEXT],
        ),
        "ControlService": (_BOOL, [_HANDLE, _DWORD, _POINTER]),
        "QueryServiceConfigW": (_BOOL, [_HANDLE, _POINTER, _DWORD, _POINTER]),
        "ChangeServiceConfigW": (
            _BOOL,
            [_HANDLE, _DWORD, _DWORD, _DWORD, _TEXT, _TEXT, _POINTER, _TEXT, _TEXT, _TEXT, _TEXT],
        ),
    },
    "shell32": {
        "ShellExecuteExW": (_BOOL, [_POINTER]),
        "SetCurrentProcessExplicitAppUserModelID": (ctypes.c_long, [_TEXT]),
        "SHGetFolderPathW": (ctypes.c_long, [wintypes.HWND, ctypes.c_int, _HANDLE, _DWORD, _POINTER]),
        "CommandLineToArgvW": (_POINTER, [_TEXT, _POINTER]),
    },
    "version": {
        "GetFileVersionInfoSizeW": (_DWORD, [_TEXT, _POINTER]),
        "GetFileVersionInfoW": (_BOOL, [_TEXT, _DWORD, _DWORD, _POINTER]),
        "VerQueryValueW": (_BOOL, [_POINTER, _TEXT, _POINTER, _POINTER]),
    },
    "dwmapi": {"DwmGetWindowAttribute": (ctypes.c_long, [wintypes.HWND, _DWORD, _POINTER, _DWORD])},
    "wintrust": {
        "WinVerifyTrust": (ctypes.c_long, [wintypes.HWND, _POINTER, _POINTER]),
        "WTHelperProvDataFromStateData": (_POINTER, [_HANDLE]),
        "WTHelperGetProvSignerFromChain": (_POINTER, [_POINTER, _DWORD, _BOOL, _DWORD]),
        "WTHelperGetProvCertFromChain": (_POINTER, [_POINTER, _DWORD]),
    },
    "crypt32": {"CertGetNameStringW": (_DWORD, [_POINTER, _DWORD, _DWORD, _POINTER, _POINTER, _DWORD])},
    "rstrtmgr": {
        "RmStartSession": (_DWORD, [_POINTER, _DWORD, _POINTER]),
        "RmRegisterResources": (
            _DWORD,
            [_DWORD, ctypes.c_uint, _POINTER, ctypes.c_uint, _POINTER, ctypes.c_uint, _POINTER],
        ),
        "RmGetList": (_DWORD, [_DWORD, _POINTER, _POINTER, _POINTER, _POINTER]),
        "RmEndSession": (_DWORD, [_DWORD]),
    },
    "ole32": {
        "CoInitializeEx": (ctypes.c_long, [_POINTER, _DWORD]),
        "CoUninitialize": (None, []),
        "CLSIDFromProgID": (ctypes.c_long, [_TEXT, _POINTER]),
        "CLSIDFromString": (ctypes.c_long, [_TEXT, _POINTER]),
        "CoCreateInstance": (ctypes.c_long, [_POINTER, _POINTER, _DWORD, _POINTER, _POINTER]),
        "CoSetProxyBlanket": (
            ctypes.c_long,
            [_POINTER, _DWORD, _DWORD, _POINTER, _DWORD, _DWORD, _POINTER, _DWORD],
        ),
    },
    "oleaut32": {
        "SysAllocString": (_POINTER, [_TEXT]),
        "SysFreeString": (None, [_POINTER]),
        "VariantClear": (ctypes.c_long, [_POINTER]),
    },
}


@functools.cache
def dll(name: str) -> Any:
    """A system DLL with its functions declared. Raises `OSError` where the system does not have it."""
    library = _ctypes.WinDLL(name, use_last_error=True)
    for function, (result, arguments) in _DECLARATIONS.get(name, {}).items():
        with contextlib.suppress(AttributeError):  # an older system lacks it; calling it then says so
            declared = getattr(library, function)
            declared.restype, declared.argtypes = result, arguments
    return library


def last_error() -> int:
    """The error number of this thread's last call that failed."""
    return int(_ctypes.get_last_error())


def failure(number: int | None = None) -> OSError:
    """The last call's failure as an `OSError` with Windows' own words."""
    error: OSError = _ctypes.WinError(last_error() if number is None else number)
    return error


def number_of(error: OSError) -> int:
    """The Windows error number of `error`, 0 when it has none."""
    return int(getattr(error, "winerror", None) or 0)


def callback(result: Any, *arguments: Any) -> Any:
    """A function type Windows can call back."""
    return _ctypes.WINFUNCTYPE(result, *arguments)


@functools.cache
def module(name: str) -> Any:
    """A standard module that exists on Windows only (``winreg``, ``msvcrt``)."""
    return importlib.import_module(name)


@contextlib.contextmanager
def process_handle(pid: int, rights: int) -> Iterator[int]:
    """An open process; raises `OSError` when it is gone (`winerror` 87) or closed to us (5)."""
    handle = dll("kernel32").OpenProcess(rights, False, pid)
    if not handle:
        raise failure()
    try:
        yield handle
    finally:
        dll("kernel32").CloseHandle(handle)


@contextlib.contextmanager
def token_of(process: int) -> Iterator[int]:
    """The access token of an open process, for reading; raises `OSError` where it may not be read (`winerror` 5)."""
    token = wintypes.HANDLE()
    if not dll("advapi32").OpenProcessToken(process, TOKEN_QUERY, ctypes.byref(token)):
        raise failure()
    try:
        yield token.value or 0
    finally:
        dll("kernel32").CloseHandle(token)


class ProcessEntry(ctypes.Structure):
    """PROCESSENTRY32W."""

    _fields_ = (
        ("size", _DWORD),
        ("usage", _DWORD),
        ("pid", _DWORD),
        ("heap", ctypes.c_size_t),
        ("module", _DWORD),
        ("threads", _DWORD),
        ("parent", _DWORD),
        ("priority", ctypes.c_long),
        ("flags", _DWORD),
        ("name", ctypes.c_wchar * 260),
    )


class UnicodeString(ctypes.Structure):
    """UNICODE_STRING."""

    _fields_ = (("length", ctypes.c_ushort), ("maximum", ctypes.c_ushort), ("buffer", ctypes.c_void_p))


class SystemProcess(ctypes.Structure):
    """SYSTEM_PROCESS_INFORMATION, as far as it is read here."""

    _fields_ = (
        ("next", ctypes.c_ulong),
        ("threads", ctypes.c_ulong),
        ("before", ctypes.c_ulonglong * 3),
        ("created", ctypes.c_ulonglong),
        ("times", ctypes.c_ulonglong * 2),
        ("name", UnicodeString),
        ("priority", ctypes.c_long),
        ("pid", ctypes.c_size_t),
    )


class MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX."""

    _fields_ = (("size", _DWORD), ("load", _DWORD), ("total", ctypes.c_ulonglong), ("rest", ctypes.c_ulonglong * 6))


class PowerStatus(ctypes.Structure):
    """SYSTEM_POWER_STATUS."""

    _fields_ = (
        ("mains", ctypes.c_ubyte),
        ("battery", ctypes.c_ubyte),
        ("percent", ctypes.c_ubyte),
        ("saver", ctypes.c_ubyte),
        ("left", _DWORD),
        ("full", _DWORD),
    )


class VersionInformation(ctypes.Structure):
    """RTL_OSVERSIONINFOW."""

    _fields_ = (
        ("size", ctypes.c_ulong),
        ("major", ctypes.c_ulong),
        ("minor", ctypes.c_ulong),
        ("build", ctypes.c_ulong),
        ("platform", ctypes.c_ulong),
        ("pack", ctypes.c_wchar * 128),
    )


class ServiceConfiguration(ctypes.Structure):
    """QUERY_SERVICE_CONFIGW."""

    _fields_ = (
        ("type", _DWORD),
        ("start", _DWORD),
        ("errors", _DWORD),
        ("command", wintypes.LPWSTR),
        ("group", wintypes.LPWSTR),
        ("tag", _DWORD),
        ("dependencies", wintypes.LPWSTR),
        ("account", wintypes.LPWSTR),
        ("label", wintypes.LPWSTR),
    )


class ServiceStatus(ctypes.Structure):
    """ENUM_SERVICE_STATUS_PROCESSW."""

    _fields_ = (
        ("name", wintypes.LPWSTR),
        ("label", wintypes.LPWSTR),
        ("type", _DWORD),
        ("state", _DWORD),
        ("accepts", _DWORD),
        ("exit_code", _DWORD),
        ("specific", _DWORD),
        ("checkpoint", _DWORD),
        ("wait", _DWORD),
        ("pid", _DWORD),
        ("flags", _DWORD),
    )


class ShellExecution(ctypes.Structure):
    """SHELLEXECUTEINFOW."""

    _fields_ = (
        ("size", _DWORD),
        ("mask", ctypes.c_ulong),
        ("window", wintypes.HWND),
        ("verb", _TEXT),
        ("file", _TEXT),
        ("parameters", _TEXT),
        ("folder", _TEXT),
        ("show", ctypes.c_int),
        ("instance", _HANDLE),
        ("list", ctypes.c_void_p),
        ("kind", _TEXT),
        ("key", _HANDLE),
        ("hotkey", _DWORD),
        ("monitor", _HANDLE),
        ("process", _HANDLE),
    )


class StartupInformation(ctypes.Structure):
    """STARTUPINFOEXW."""

    _fields_ = (
        ("size", _DWORD),
        ("texts", ctypes.c_void_p * 3),
        ("numbers", _DWORD * 8),
        ("show", ctypes.c_ushort),
        ("reserved", ctypes.c_ushort),
        ("pointer", ctypes.c_void_p),
        ("streams", _HANDLE * 3),
        ("attributes", ctypes.c_void_p),
    )


class ProcessInformation(ctypes.Structure):
    """PROCESS_INFORMATION."""

    _fields_ = (("process", _HANDLE), ("thread", _HANDLE), ("pid", _DWORD), ("tid", _DWORD))


def expanded(text: str) -> str:
    """Text with ``%NAME%`` replaced by this person's environment."""
    size = dll("kernel32").ExpandEnvironmentStringsW(text, None, 0)
    buffer = ctypes.create_unicode_buffer(max(size, 1))
    dll("kernel32").ExpandEnvironmentStringsW(text, buffer, size)
    return clean(buffer.value or text)
