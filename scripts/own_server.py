"""A PostgreSQL server of one's own that can be killed like a machine that loses its power, and started again.

Its files lie in a folder; it takes connections on 127.0.0.1 from whoever is on this machine. It needs Debian's
programs of PostgreSQL; for root, they run as the user postgres, since they refuse to run as root.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql")
_USER = "postgres"
_PATIENCE_S = 60


class OwnServer:
    """A server in `folder`; `url` is that of its one database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = _free_port()
        self.url = f"postgresql+psycopg://{_USER}@127.0.0.1:{self._port}/postgres"

    def make(self) -> None:
        """Make its files. Ends this program where PostgreSQL's programs are missing."""
        self._folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self._folder, _USER, _USER)
        self._run("initdb", "--auth=trust", f"--username={_USER}", "--encoding=UTF8", "--locale=C.UTF-8", "-D")

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        self._run("pg_ctl", "start", "--wait", "--silent", "-l", str(self._folder / "log"), "-o", options, "-D")

    def stop(self) -> None:
        """Stop it for good."""
        self._run("pg_ctl", "stop", "--mode=immediate", "--silent", "-D")

    def crash(self) -> None:
        """Kill it, and start it again: it finds what it had written and no more."""
        self.kill()
        self.start()

    def kill(self) -> None:
        """Kill all of its processes at once."""
        main = int((self._folder / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        everybody = [main, *map(int, children)]
        for pid in everybody:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        ended = time.monotonic() + _PATIENCE_S
        while any(Path(f"/proc/{pid}/exe").exists() for pid in everybody) and time.monotonic() < ended:
            time.sleep(0.05)
        # Where nobody collects the dead, their number still seems to be a server's.
        for lock in (self._folder / "postmaster.pid", *self._folder.glob(".s.PGSQL.*.lock")):
            lock.unlink()

    def _run(self, program: str, *words: str) -> None:
        found = sorted(PROGRAMS.glob(f"*/bin/{program}"))
        if not found:
            sys.exit(f"no {program} under {PROGRAMS}: install PostgreSQL.")
        command = [str(found[-1]), *words, str(self._folder)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", _USER, "--", *command]
        # What pg_ctl starts keeps its output open: it gets a file's, or nobody would see the end.
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd="/")  # noqa: S603


@contextmanager
def own_server(folder: Path) -> Iterator[OwnServer]:
    """Give a running server whose files lie in `folder`, which is made; it is stopped at the end."""
    server = OwnServer(folder)
    server.make()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
