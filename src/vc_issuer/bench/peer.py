"""Digital Bazaar's implementation in Node, on the same documents, asked in turn with ours."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from vc_issuer.encoding.contexts import pinned_contexts
from vc_issuer.encoding.multikey import encode_multikey
from vc_issuer.errors import ConfigurationError
from vc_issuer.model.keys import VerificationMethod

_FOLDER = Path(__file__).resolve().parent.parent.parent.parent / "benchmarks" / "peer"
_PACKAGE = "@digitalbazaar/vc"


class Peer:
    """One Node process that issues and verifies. Use it as a context manager."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        """Raises ConfigurationError if Node or the packages are not there."""
        node, package = shutil.which("node"), folder / "node_modules" / _PACKAGE / "package.json"
        if node is None or not package.is_file():
            raise ConfigurationError("the peer can't be run.", remedy=f"Install Node 20 and run: npm ci in {folder}")
        self.name = f"{_PACKAGE} {json.loads(package.read_text(encoding='utf-8'))['version']}"
        self._process = subprocess.Popen(  # noqa: S603 -- Node, and a script of ours
            [node, "bench.mjs"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()

    def begin(
        self, issuer: str, method: VerificationMethod, *, documents: Sequence[bytes], secured: Sequence[bytes]
    ) -> None:
        """Hand over contexts, the key that proofs are verified under, and the inputs."""
        self._ask(
            {
                "contexts": pinned_contexts().documents,
                "issuer": issuer,
                "method": {
                    "@context": "https://w3id.org/security/multikey/v1",
                    "id": method.id,
                    "type": "Multikey",
                    "controller": issuer,
                    "publicKeyMultibase": encode_multikey(method.public_key),
                },
                "documents": [each.decode() for each in documents],
                "secured": [each.decode() for each in secured],
            }
        )

    def cpu_us(self, work: str, count: int) -> float:
        """Return the CPU time of one `issue` or `verify`, averaged over `count`. Raises ConfigurationError."""
        return float(self._ask({"work": work, "count": count})["cpu_us"])

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise ConfigurationError("the peer has no pipes.", remedy="Report this as a defect.")
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline() or '{"error": "it ended"}')
        if "error" in answer:
            raise ConfigurationError(f"the peer failed: {answer['error']}", remedy="Run npm ci in its folder again.")
        return answer
