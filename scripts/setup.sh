#!/bin/sh
# Builds .venv from a lock file and sees to the system libraries; does nothing when all of it is there.
#
#   sh scripts/setup.sh run    what timebot needs to run
#   sh scripts/setup.sh dev    that, and the tools for tests and checks
#
# PYTHON=/path/to/python chooses the interpreter.
set -eu
cd "$(dirname "$0")/.."

level=${1:-dev}
case $level in run | dev) ;; *)
  echo "Please say run or dev, for example: sh scripts/setup.sh run" >&2
  exit 2
  ;;
esac

venv=.venv
unfinished=$venv/.unfinished # there while a build is under way, and after one that was cut off

stop() {
  echo "$*" >&2
  exit 1
}

# --- is everything there already? ---

# The folder is part of it, because a virtual environment cannot be moved.
fingerprint() {
  { pwd && cat "requirements/$1.txt" pyproject.toml scripts/setup.sh; } | cksum
}

is_ready() {
  [ ! -e "$unfinished" ] && [ "$(cat "$venv/.ready-$1" 2>/dev/null)" = "$(fingerprint "$1")" ] &&
    "$venv/bin/python" -c '' 2>/dev/null && is_of_the_wanted_python
}

is_of_the_wanted_python() {
  [ -z "${PYTHON:-}" ] || [ "$("$PYTHON" --version 2>&1)" = "$("$venv/bin/python" --version)" ]
}

# Not ready, but something to build upon: finished once, by this script, in this folder.
is_usable() {
  [ ! -e "$unfinished" ] && [ "$(cat "$venv/.folder" 2>/dev/null)" = "$(pwd)" ] &&
    "$venv/bin/python" -c "$suits" 2>/dev/null && is_of_the_wanted_python &&
    "$venv/bin/python" -m pip --version >/dev/null 2>&1
}

# --- the system's packages, only where that needs no password ---

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

needs_no_password() {
  [ "$(id -u)" = 0 ] || { command -v sudo && sudo -n true; } >/dev/null 2>&1
}

# Prints the package manager that may be used here, if there is one.
installer() {
  if command -v brew >/dev/null; then
    echo brew
  elif needs_no_password; then
    for name in apt-get dnf apk; do
      if command -v "$name" >/dev/null; then echo "$name" && return; fi
    done
  fi
}

# system_install DEBIAN FEDORA ALPINE HOMEBREW: installs the names for the package manager that is here.
system_install() {
  with=$(installer)
  [ -n "$with" ] || return 1
  echo "Installing with $with what this machine lacks" >&2
  log=$(mktemp)
  if "with_$(echo "$with" | tr -d -)" "$@" >"$log" 2>&1 </dev/null; then
    rm -f "$log"
  else
    tail -n 5 "$log" >&2
    rm -f "$log"
    return 1
  fi
}

# The names are lists of words, so they are not quoted.
# shellcheck disable=SC2086
with_aptget() {
  as_root apt-get update -q || true # an old list may still do
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $1
}
# shellcheck disable=SC2086
with_dnf() { as_root dnf install -q -y $2; }
# shellcheck disable=SC2086
with_apk() { as_root apk add --no-progress $3; }
# shellcheck disable=SC2086
with_brew() { [ -z "$4" ] || brew install $4; }

# --- Python ---

suits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
complete='import ensurepip, ssl, venv'

# find_python CHECK: prints the first Python of the right version that passes the check too.
find_python() {
  check=$1
  if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- python3.13 python3.12 python3.11 python3 python; fi
  for candidate; do
    if "$candidate" -c "$suits" 2>/dev/null && "$candidate" -c "$check" 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

choose_python() {
  find_python "$complete" && return
  # Debian and Ubuntu keep the part that builds virtual environments in a package of its own.
  bare=$(find_python '') || stop "timebot needs Python 3.11, 3.12 or 3.13; found $(found_instead)." \
    "Install one of them, or name it: make ... PYTHON=/path/to/python3.12"
  minor=$("$bare" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  system_install "python$minor-venv" python3-libs python3 "" || true
  find_python "$complete" ||
    stop "$bare cannot build virtual environments. Please install its venv package (Debian, Ubuntu: python$minor-venv)."
}

found_instead() {
  if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- python3 python; fi
  for candidate; do
    version=$("$candidate" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || continue
    echo "$candidate $version"
    return
  done
  echo "none${PYTHON:+ at $PYTHON}"
}

# --- Pango and a font, which the PDFs need ---

# Homebrew's libraries are not on macOS's search path.
missing_libraries() {
  DYLD_FALLBACK_LIBRARY_PATH=/opt/homebrew/lib:/usr/local/lib:/usr/lib "$1" scripts/missing_libraries.py
}

see_to_libraries() {
  missing=$(missing_libraries "$1")
  [ -z "$missing" ] && return
  system_install "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core" \
    "pango dejavu-sans-fonts" "pango fontconfig ttf-dejavu" pango || true
  missing=$(missing_libraries "$1")
  [ -z "$missing" ] || stop "PDFs need $missing. Please install" \
    "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core (Debian, Ubuntu)," \
    "pango dejavu-sans-fonts (Fedora), pango fontconfig ttf-dejavu (Alpine) or pango (Homebrew)," \
    "then run the command again."
}

# --- .venv ---

install_locked() {
  "$venv/bin/python" -m pip --disable-pip-version-check --no-input install -qq \
    --require-hashes --only-binary :all: -r "requirements/$level.txt" </dev/null &&
    "$venv/bin/python" -m pip --disable-pip-version-check --no-input install -qq \
      --no-deps --no-build-isolation --editable . </dev/null
}

build() {
  if is_usable; then
    echo "Bringing .venv up to date"
  else
    python=$(choose_python)
    see_to_libraries "$python"
    echo "Setting up .venv with $("$python" --version) (once, about a minute)"
    rm -rf "$venv"
    mkdir "$venv"
    : >"$unfinished"
    "$python" -m venv "$venv"
  fi
  see_to_libraries "$venv/bin/python"
  : >"$unfinished"
  install_locked || stop "The packages of requirements/$level.txt could not be installed; the lines above say why." \
    "The next call starts afresh."
  pwd >"$venv/.folder"
  fingerprint "$level" >"$venv/.ready-$level"
  rm -f "$unfinished"
}

# What serves the tests serves the demo too.
is_ready dev || is_ready "$level" || build
