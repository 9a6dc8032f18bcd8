"""Where the reference data lies, and the mark for tests that need it (decisions 8.1)."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("VC_ISSUER_REFERENCE_DATA", ROOT.parent / "shared" / "data")).resolve()

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the reference data is not at hand: set VC_ISSUER_REFERENCE_DATA to its folder"
)
