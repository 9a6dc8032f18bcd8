#!/bin/sh
# Make .venv equal to the lock named, with uv where it can be had and with pip where not.
# Modules are compiled at once, as pip does by itself: each command would compile them again where Python may not write.
set -eu
lock=$1
if .venv/bin/python -m pip install -q --disable-pip-version-check uv 2>/dev/null; then
  .venv/bin/uv pip sync -q --compile-bytecode --require-hashes --python .venv/bin/python "$lock"
  .venv/bin/uv pip install -q --no-deps --no-build-isolation --python .venv/bin/python -e .
else
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
fi
