#!/bin/sh
# Write both locks again: every distribution by hash, no address of an index.
set -eu
compile() {
  .venv/bin/uv pip compile -q pyproject.toml "$@" --generate-hashes --universal --python-version 3.11 \
    --no-annotate --no-header --no-emit-index-url --no-emit-find-links
}
compile --extra build -o requirements.lock
compile --extra build --extra test --extra lint --extra hsm --extra kms -o requirements-dev.lock
