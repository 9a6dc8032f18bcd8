"""What a machine's second core is worth: two processes that only sign, beside one that does.

Cores of a shared host, and cores that are two threads of one, give less than twice the work of one. No program with two
processes gains more than that.
"""

import subprocess
import sys

_SECONDS = 1.0
# A process of its own, so that nothing is shared: it signs until the time is over, and says how often.
_SIGN = f"""
import time
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
key, message, count = Ed25519PrivateKey.generate(), bytes(64), 0
end = time.monotonic() + {_SECONDS}
while time.monotonic() < end:
    key.sign(message)
    count += 1
print(count)
"""


def second_core() -> float:
    """Return how many signatures two processes make together over those of one alone; 2 on cores of one's own."""
    return _signed_by(2) / _signed_by(1)


def _signed_by(processes: int) -> int:
    command = [sys.executable, "-c", _SIGN]
    crew = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]  # noqa: S603
    return sum(int(process.communicate()[0]) for process in crew)
