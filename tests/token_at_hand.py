"""A SoftHSM2 token for tests: made once a process, in a folder of its own; it can be pulled and put back."""

import os
import subprocess
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from vc_issuer.signers.access import KeyAccess

DRIVERS = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
LABEL, PIN = "zennebeek", b"271828"


@cache
def driver():
    found = next((path for path in DRIVERS if Path(path).exists()), None)
    if found is None:
        pytest.skip("SoftHSM2 is not installed (apt: softhsm2)")
    return found


@cache
def folder():
    """Make the token and let the driver find it; the driver reads its settings when it is first loaded."""
    root = Path(tempfile.mkdtemp(prefix="softhsm-"))
    (root / "tokens").mkdir()
    settings = root / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {root / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN.decode(), "--so-pin", "31415926"],
        check=True,
        capture_output=True,
    )
    return root


def backend():
    """Return the URI of the token, without a key."""
    folder()
    return f"pkcs11:token={LABEL}?module-path={driver()}"


def key_uri(label):
    return backend().replace("?", f";object={label}?")


def access(base="/", pin=PIN):
    return KeyAccess(base=Path(base), secret=pin)


def pin_file(folder_of_test, pin=PIN):
    path = Path(folder_of_test) / "pin"
    path.touch(mode=0o600)
    path.write_bytes(pin)
    return path


def pull():
    (folder() / "tokens").rename(folder() / "elsewhere")


def put_back():
    (folder() / "elsewhere").rename(folder() / "tokens")


@contextmanager
def pulled():
    pull()
    try:
        yield
    finally:
        put_back()
