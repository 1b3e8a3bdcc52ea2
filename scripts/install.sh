#!/usr/bin/env bash
# Make the environment and install Consilience into it: install.sh runtime|dev PYTHON VENV
set -euo pipefail

what=$1 python=$2 venv=$3
lock=requirements.lock
[ "$what" = dev ] && lock=requirements-dev.lock

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Consilience needs Python 3.11 or newer; $python is $("$python" --version 2>&1)." >&2
    echo "Name another one with: make $([ "$what" = dev ] && echo test || echo demo) PYTHON=python3.12" >&2
    exit 2
fi

if [ ! -x "$venv/bin/pip" ] && ! "$python" -m venv "$venv"; then
    rm -rf "$venv"
    echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 2
fi

pip=("$venv/bin/python" -m pip --quiet --no-input)
locked='import sys; sys.exit(not (sys.version_info[:2] == (3, 11) and sys.platform == "linux"))'

if "$venv/bin/python" -c "$locked"; then
    "${pip[@]}" install --require-hashes -r "$lock"
    "${pip[@]}" install --no-deps --no-build-isolation --editable .
elif [ "$what" = dev ]; then
    "${pip[@]}" install --upgrade "pip>=25.1"
    "${pip[@]}" install --editable ".[fast]" --group test --group docs
else
    "${pip[@]}" install --editable .
fi
