"""Calling Windows' automation objects by name (IDispatch), without a library for it.

Sources: learn.microsoft.com, IDispatch (oaidl.h) and VARIANT; only what the app reads is understood.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator
from typing import Any

from companion.services.platforms.windows.api import win32
from companion.services.platforms.windows.api.win32 import dll

_IDISPATCH = "{00020400-0000-0000-C000-000000000046}"
_IENUM = "{00020404-0000-0000-C000-000000000046}"
_EMPTY, _NULL, _I2, _I4, _BSTR, _DISPATCH, _ERROR, _BOOL, _VARIANT, _UNKNOWN = 0, 1, 2, 3, 8, 9, 10, 11, 12, 13
_I1, _UI1, _UI2, _UI4, _I8, _UI8, _INT, _UINT = 16, 17, 18, 19, 20, 21, 22, 23
_METHOD, _GET, _PUT = 1, 2, 4
_NEW_ENUM, _PROPERTY_PUT = -4, -3
_IN_PROCESS_OR_LOCAL = 0x1 | 0x4
_MULTITHREADED, _CHANGED_MODE = 0, -2147417850
_RELEASE, _QUERY = 2, 0
_GET_IDS, _INVOKE = 5, 6
_NEXT = 3
_INTEGERS = {
    _I1: ctypes.c_byte,
    _I2: ctypes.c_short,
    _I4: ctypes.c_long,
    _I8: ctypes.c_longlong,
    _INT: ctypes.c_int,
    _UI1: ctypes.c_ubyte,
    _UI2: ctypes.c_ushort,
    _UI4: ctypes.c_ulong,
    _UI8: ctypes.c_ulonglong,
    _UINT: ctypes.c_uint,
}


class _Variant(ctypes.Structure):
    _fields_ = (("kind", ctypes.c_ushort), ("reserved", ctypes.c_ushort * 3), ("value", ctypes.c_ulonglong * 2))


class _Parameters(ctypes.Structure):
    _fields_ = (
        ("arguments", ctypes.POINTER(_Variant)),
        ("names", ctypes.POINTER(ctypes.c_long)),
        ("count", ctypes.c_uint),
        ("named", ctypes.c_uint),
    )


class Automation:
    """An automation object: `get` and `put` are for properties, `call` for methods. All raise `OSError`."""

    def __init__(self, pointer: int) -> None:
        self._pointer = pointer

    def get(self, name: str, *arguments: object) -> Any:
        return self._invoke(name, _GET, arguments)

    def call(self, name: str, *arguments: object) -> Any:
        return self._invoke(name, _METHOD | _GET, arguments)

    def put(self, name: str, value: object) -> None:
        self._invoke(name, _PUT, (value,))

    def __iter__(self) -> Iterator[Any]:
        """The members of a collection, through its enumerator."""
        unknown = _by_number(self._pointer, _NEW_ENUM, _METHOD | _GET, ())
        enumerator = ctypes.c_void_p()
        _check(_slot(unknown, _QUERY, ctypes.c_void_p, ctypes.c_void_p)(_guid(_IENUM), ctypes.byref(enumerator)))
        fetched = ctypes.c_ulong()
        step = _slot(enumerator.value or 0, _NEXT, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_void_p)
        try:
            while True:
                member = _Variant()
                if step(1, ctypes.byref(member), ctypes.byref(fetched)) != 0 or not fetched.value:
                    return
                yield _read(member)
        finally:
            _slot(enumerator.value or 0, _RELEASE)()

    def __del__(self) -> None:
        if self._pointer:
            _slot(self._pointer, _RELEASE)()
            self._pointer = 0

    def _invoke(self, name: str, how: int, arguments: tuple[object, ...]) -> Any:
        names = (ctypes.c_wchar_p * 1)(name)
        number = ctypes.c_long()
        find = _slot(self._pointer, _GET_IDS, *[ctypes.c_void_p] * 2, ctypes.c_uint, ctypes.c_ulong, ctypes.c_void_p)
        _check(find(_guid(None), names, 1, 0x0409, ctypes.byref(number)))
        return _by_number(self._pointer, number.value, how, arguments)


@contextlib.contextmanager
def apartment() -> Iterator[None]:
    """COM switched on for this thread. Objects must be gone before the end of the block."""
    status = dll("ole32").CoInitializeEx(None, _MULTITHREADED)
    if status < 0 and status != _CHANGED_MODE:
        raise win32.failure(status)
    try:
        yield
    finally:
        if status >= 0:
            dll("ole32").CoUninitialize()


def create(program: str) -> Automation:
    """A new object by its programmatic name (``WbemScripting.SWbemLocator``). Raises `OSError`."""
    identity = ctypes.create_string_buffer(16)
    _check(dll("ole32").CLSIDFromProgID(program, identity))
    return Automation(create_interface(identity, _guid(_IDISPATCH)))


def create_interface(class_id: Any, interface: Any) -> int:
    """A pointer to `interface` of a new object; both are 16-byte buffers made by `guid`."""
    pointer = ctypes.c_void_p()
    _check(dll("ole32").CoCreateInstance(class_id, None, _IN_PROCESS_OR_LOCAL, interface, ctypes.byref(pointer)))
    return pointer.value or 0


def slot(pointer: int, number: int, *arguments: Any) -> Any:
    """Method `number` of the interface at `pointer`, bound to it."""
    return _slot(pointer, number, *arguments)


def guid(text: str) -> Any:
    """The 16 bytes of a class or interface id."""
    return _guid(text)


def check(status: int) -> None:
    """Raise `OSError` for a failed HRESULT."""
    _check(status)


def release(pointer: int) -> None:
    """Let an interface go."""
    _slot(pointer, _RELEASE)()


def _slot(pointer: int, number: int, *arguments: Any) -> Any:
    table = ctypes.c_void_p.from_address(pointer).value or 0
    address = ctypes.c_void_p.from_address(table + number * ctypes.sizeof(ctypes.c_void_p)).value
    function = win32.callback(ctypes.c_long, ctypes.c_void_p, *arguments)(address)
    return lambda *given: function(pointer, *given)


def _guid(text: str | None) -> Any:
    buffer = ctypes.create_string_buffer(16)
    if text is not None:
        _check(dll("ole32").CLSIDFromString(text, buffer))
    return buffer


def _check(status: int) -> None:
    if status < 0:
        raise win32.failure(status)


def _by_number(pointer: int, number: int, how: int, arguments: tuple[object, ...]) -> Any:
    # Arguments travel last to first.
    given = (_Variant * max(len(arguments), 1))(*(_write(argument) for argument in reversed(arguments)))
    put = ctypes.c_long(_PROPERTY_PUT)
    parameters = _Parameters(
        arguments=given,
        names=ctypes.pointer(put) if how == _PUT else None,
        count=len(arguments),
        named=1 if how == _PUT else 0,
    )
    answer = _Variant()
    invoke = _slot(
        pointer,
        _INVOKE,
        ctypes.c_long,
        ctypes.c_void_p,
        ctypes.c_ulong,
        ctypes.c_ushort,
        *[ctypes.c_void_p] * 4,
    )
    try:
        _check(invoke(number, _guid(None), 0x0409, how, ctypes.byref(parameters), ctypes.byref(answer), None, None))
        return _read(answer)
    finally:
        for variant in given[: len(arguments)]:
            dll("oleaut32").VariantClear(ctypes.byref(variant))


def _write(value: object) -> _Variant:
    variant = _Variant()
    if value is None:
        # "Left out", as automation spells it (DISP_E_PARAMNOTFOUND).
        variant.kind = _ERROR
        variant.value[0] = 0x80020004
    elif isinstance(value, bool):
        variant.kind = _BOOL
        variant.value[0] = 0xFFFF if value else 0
    elif isinstance(value, int):
        variant.kind = _I4
        variant.value[0] = value & 0xFFFFFFFF
    else:
        variant.kind = _BSTR
        variant.value[0] = dll("oleaut32").SysAllocString(str(value))
    return variant


def _read(variant: _Variant) -> Any:
    """The value of an answer; objects keep their reference, everything else is copied and let go."""
    kind, address = variant.kind, ctypes.addressof(variant) + 8
    if kind == _DISPATCH:
        return Automation(variant.value[0]) if variant.value[0] else None
    if kind == _UNKNOWN:
        return int(variant.value[0])
    try:
        if kind == _BSTR:
            return ctypes.wstring_at(variant.value[0]) if variant.value[0] else ""
        if kind == _BOOL:
            return bool(ctypes.c_short.from_address(address).value)
        if kind in _INTEGERS:
            return int(_INTEGERS[kind].from_address(address).value)
        return None
    finally:
        dll("oleaut32").VariantClear(ctypes.byref(variant))
