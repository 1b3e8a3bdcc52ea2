#!/usr/bin/env bash
# Write requirements.lock (to run) and requirements-dev.lock (to test and document) for Python 3.11.
# The lock files hold names, versions and hashes: no index address, no host, no path.
set -euo pipefail

bin=$1
"$bin/python" -m pip --quiet install "pip-tools>=7.5"
options=(--quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host
    --no-header --no-annotate --strip-extras --allow-unsafe)

"$bin/pip-compile" "${options[@]}" --extra fast --group build --group test --group docs \
    --output-file requirements-dev.lock pyproject.toml
"$bin/pip-compile" "${options[@]}" --group build --constraint requirements-dev.lock \
    --output-file requirements.lock pyproject.toml
