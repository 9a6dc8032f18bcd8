"""Run `batch sign` of the real command line, and kill this process at the nth passing of a checkpoint."""

import os
import signal
import sys

from vc_issuer.cli.main import main
from vc_issuer.wiring.office import Office

place, times = sys.argv[1], int(sys.argv[2])
left = times


def checkpoint(name):
    """Kill the process as nothing but the power switch could."""
    global left  # noqa: PLW0603
    if name == place:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


Office.sign.__kwdefaults__["checkpoint"] = checkpoint
sys.argv[1:] = sys.argv[3:]
main()
