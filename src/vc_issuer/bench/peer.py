"""Other implementations in Node, on the same documents, asked in turn with ours."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from vc_issuer.errors import ConfigurationError

_FOLDER = Path(__file__).resolve().parent.parent.parent.parent / "benchmarks" / "peer"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerProgram:
    """A package, and the script of ours that asks it."""

    package: str
    script: str


PEERS = (
    PeerProgram(package="@digitalbazaar/vc", script="digital-bazaar.mjs"),
    PeerProgram(package="@digitalcredentials/verifier-core", script="verifier-core.mjs"),
)


class Peer:
    """One Node process that issues or verifies. Use it as a context manager.

    `works` says in words what the peer does in each work that it takes; it is known after `begin`.
    """

    def __init__(self, program: PeerProgram, folder: Path = _FOLDER) -> None:
        """Raises ConfigurationError if Node or the packages are not there."""
        node, package = shutil.which("node"), folder / "node_modules" / program.package / "package.json"
        if node is None or not package.is_file():
            raise ConfigurationError(
                f"{program.package} can't be run.", remedy=f"Install Node 20 and run: npm ci in {folder}"
            )
        self.name = f"{program.package} {json.loads(package.read_text(encoding='utf-8'))['version']}"
        self.works: Mapping[str, str] = {}
        self._process = subprocess.Popen(  # noqa: S603 -- Node, and a script of ours
            [node, program.script], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()

    def begin(self, given: Mapping[str, Any]) -> None:
        """Hand over what the peer may know and what it works on, see `bench.given`. Raises ConfigurationError."""
        self.works = self._ask(given)["works"]

    def cpu_us(self, work: str, count: int) -> float:
        """Return the CPU time of one piece of a work, averaged over `count`. Raises ConfigurationError."""
        return float(self._ask({"work": work, "count": count})["cpu_us"])

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise ConfigurationError(f"{self.name} has no pipes.", remedy="Report this as a defect.")
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline() or '{"error": "it ended"}')
        if "error" in answer:
            raise ConfigurationError(f"{self.name} failed: {answer['error']}", remedy="Run npm ci in its folder again.")
        return answer
