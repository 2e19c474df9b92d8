"""The first part of the demo's installation file: a script that really installs, for each system.

Exit codes: 0 installed, 2 cancelled, 3 unusable file or folder, 20 a program that must be closed is running.
"""

from __future__ import annotations

import re
import string

from companion.domain.core.platform import Platform
from companion.domain.store.profile import BlockerSeverity, Profile, Stage

_COMM_LENGTH = 15  # what the Linux kernel keeps of a process name (proc_pid_comm(5))
_PLAIN = re.compile(r"[A-Za-z0-9 ._+-]+")


def blocking_names(profile: Profile, platform: Platform) -> tuple[str, ...]:
    """The executable names an installer refuses to run beside, by the profile's own rules.

    Rules that need more than a name (arguments, paths) are left to the check before the installation.
    """
    names: dict[str, None] = {}
    for rule in profile.blockers:
        if rule.severity is BlockerSeverity.BLOCKS and Stage.INSTALL in rule.stages:
            for match in rule.matches:
                if match.platform in (platform, Platform.ANY) and not match.arguments and not match.path_contains:
                    names.update(dict.fromkeys(name for name in match.names if _PLAIN.fullmatch(name)))
    return tuple(names)


def script(platform: Platform, *, product: str, version: str, names: tuple[str, ...], size: int) -> bytes:
    """The script for one system; `size` is that of the whole file, which the script checks before it acts."""
    form = _WINDOWS if platform is Platform.WINDOWS else _POSIX
    filled = string.Template(form).substitute(
        product=product,
        version=version,
        size=size,
        names=" ".join(f'"{name}"' for name in names),
        patterns="|".join(_any_case(name) for name in names) or "''",
        list_processes=_MACOS_LIST if platform is Platform.MACOS else _LINUX_LIST,
    )
    return filled.replace("\n", "\r\n").encode("ascii") if platform is Platform.WINDOWS else filled.encode("ascii")


def _any_case(name: str) -> str:
    """A shell pattern for a name in upper or lower case, cut to what a process list shows."""
    pattern = ""
    for letter in name[:_COMM_LENGTH] if len(name) > _COMM_LENGTH and " " not in name else name:
        pattern += f"[{letter.lower()}{letter.upper()}]" if letter.isalpha() else letter.replace(" ", "\\ ")
    return pattern


_LINUX_LIST = """for folder in /proc/[0-9]*; do
        { read -r stat < "$folder/stat"; } 2>/dev/null || continue
        state=${stat##*) }
        # A process that has ended but was not yet collected by its parent blocks nothing.
        case $state in Z*|X*) continue ;; esac
        { read -r name < "$folder/comm"; } 2>/dev/null && printf '%s\\n' "$name"
    done"""
_MACOS_LIST = "ps -axco comm="

_POSIX = r"""#!/bin/sh
# Setup of $product $version. The program's data follow after the last line of this script.
target=
silent=
while [ $$# -gt 0 ]; do
    case $$1 in
        --silent) silent=yes ;;
        --target) shift; target=$${1-} ;;
        *) printf 'Setup does not know "%s".\n' "$$1" >&2; exit 3 ;;
    esac
    [ $$# -gt 0 ] && shift
done
if [ "$$(wc -c < "$$0")" -ne $size ]; then
    echo 'This file is damaged or not complete.' >&2
    exit 3
fi
if [ -z "$$target" ]; then
    echo 'Setup needs a folder: --target FOLDER' >&2
    exit 3
fi
list_processes() {
    $list_processes
}
blocking=$$(list_processes | while read -r name; do
    case $$name in $patterns) printf '%s\n' "$$name" ;; esac
done | sort -u)
if [ -n "$$blocking" ]; then
    echo 'These programs must be closed before setup can go on:' >&2
    printf '%s\n' "$$blocking" >&2
    exit 20
fi
if [ -z "$$silent" ]; then
    printf 'Install %s into %s? [y/N] ' '$product $version' "$$target"
    read -r reply || reply=
    case $$reply in [yY]*) ;; *) echo 'Nothing was installed.'; exit 2 ;; esac
fi
if ! mkdir -p -- "$$target" 2>/dev/null || [ ! -w "$$target" ]; then
    echo 'Setup cannot write into that folder.' >&2
    exit 3
fi
marker=$$target/installed.json
if ! { printf '{"product": "%s", "version": "%s", "installedAt": "%s"}\n' '$product' '$version' \
        "$$(date -u +%Y-%m-%dT%H:%M:%SZ)" > "$$marker.new" && mv -f -- "$$marker.new" "$$marker"; } 2>/dev/null; then
    echo 'Setup cannot write into that folder.' >&2
    exit 3
fi
[ -n "$$silent" ] || echo 'Done.'
exit 0
"""

# No label and no goto: looking for one, cmd.exe would read through the whole payload.
_WINDOWS = r"""@echo off
rem Setup of $product $version. The program's data follow after the last line of this script.
setlocal EnableExtensions DisableDelayedExpansion
set "SILENT="
set "TARGET="
if /i "%~1"=="--silent" set "SILENT=yes"
if /i "%~2"=="--silent" set "SILENT=yes"
if /i "%~3"=="--silent" set "SILENT=yes"
if /i "%~1"=="--target" set "TARGET=%~2"
if /i "%~2"=="--target" set "TARGET=%~3"
if not "%~z0"=="$size" echo This file is damaged or not complete.>&2
if not "%~z0"=="$size" exit /b 3
if not defined TARGET echo Setup needs a folder: --target FOLDER>&2
if not defined TARGET exit /b 3
set "RUNNING=%TEMP%\lantern-setup-%RANDOM%%RANDOM%.txt"
tasklist /fo csv /nh > "%RUNNING%" 2>nul
set "LISTED="
for %%F in ("%RUNNING%") do if not "%%~zF"=="0" set "LISTED=yes"
rem Where there is no list of tasks, the management interface tells the names.
if not defined LISTED for /f "tokens=1" %%P in ('wmic process get name') do echo "%%~P">> "%RUNNING%"
set "BLOCKED="
for /f "usebackq tokens=1 delims=," %%P in ("%RUNNING%") do for %%N in ($names) do if /i "%%~P"=="%%~N" set BLOCKED=yes
if defined BLOCKED echo These programs must be closed before setup can go on:>&2
for /f "usebackq tokens=1 delims=," %%P in ("%RUNNING%") do for %%N in ($names) do if /i "%%~P"=="%%~N" echo %%~P>&2
del "%RUNNING%" >nul 2>nul
if defined BLOCKED exit /b 20
set "REPLY=y"
if not defined SILENT set "REPLY="
if not defined SILENT set /p "REPLY=Install $product $version? [y/N] "
if /i not "%REPLY:~0,1%"=="y" echo Nothing was installed.
if /i not "%REPLY:~0,1%"=="y" exit /b 2
if not exist "%TARGET%\" mkdir "%TARGET%" >nul 2>nul
> "%TARGET%\installed.new" echo {"product": "$product", "version": "$version", "installedAt": "%DATE% %TIME%"}
if not exist "%TARGET%\installed.new" echo Setup cannot write into that folder.>&2
if not exist "%TARGET%\installed.new" exit /b 3
move /y "%TARGET%\installed.new" "%TARGET%\installed.json" >nul
if not exist "%TARGET%\installed.json" exit /b 3
if not defined SILENT echo Done.
exit /b 0
"""
