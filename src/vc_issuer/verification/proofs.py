"""Check 4, proof, of Data Integrity: the part that canonicalises, made to run in a killable child (threat T29)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from vc_issuer.did import refuse_unknown_method
from vc_issuer.encoding.strict_json import JsonLimits, parse_strict
from vc_issuer.errors import UnreadableError, VcIssuerError
from vc_issuer.model.keys import VerificationMethod
from vc_issuer.securing.data_integrity import LIMITS, verify_proofs

Guard: TypeAlias = Callable[..., Any]
"""Call a top-level function with arguments somewhere safe, and return what it returns or raise what it raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofLine:
    """What became of one proof, small enough to cross a process boundary."""

    method_id: str
    mechanism: str = ""
    created: datetime | None = None
    error: VcIssuerError | None = None


def prove(content: bytes, methods: Mapping[str, VerificationMethod], size: int = LIMITS.size) -> list[ProofLine]:
    """Verify every proof of a document's bytes under the methods given. Raises InvalidError, UnreadableError."""
    limits = JsonLimits(size=size, depth=LIMITS.depth, nodes=LIMITS.nodes)
    document = parse_strict(content, limits=limits)
    if not isinstance(document, dict):
        raise UnreadableError("a secured document is a JSON object")

    def resolve(method_id: str) -> VerificationMethod:
        if method_id not in methods:
            raise refuse_unknown_method(method_id.partition("#")[0])
        return methods[method_id]

    return [
        ProofLine(
            method_id=result.method_id,
            mechanism=result.verified.mechanism if result.verified else "",
            created=result.verified.created if result.verified else None,
            error=result.error,
        )
        for result in verify_proofs(document, resolve, guarded=True)
    ]


def directly(function: Callable[..., Any], *arguments: Any) -> Any:
    """Be the guard that guards nothing: for documents that this process made itself."""
    return function(*arguments)
