"""Check 4, proof, of Data Integrity: the part that canonicalises, made to run in a killable child (threat T29)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from vc_issuer.did import refuse_unknown_method
from vc_issuer.encoding.strict_json import JsonLimits, parse_strict
from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError, VcIssuerError
from vc_issuer.model.credential import Document
from vc_issuer.model.keys import VerificationMethod
from vc_issuer.model.report import Verdict
from vc_issuer.securing.data_integrity import LIMITS, CanonicalizeAs, ProofResult, verify_proofs
from vc_issuer.securing.proof_terms import ProofDemands
from vc_issuer.verification.examination import FindingError
from vc_issuer.verification.validity import SKEW

Guard: TypeAlias = Callable[..., Any]
"""Call a top-level function with arguments somewhere safe, and return what it returns or raise what it raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofLine:
    """What became of one proof, small enough to cross a process boundary."""

    method_id: str
    mechanism: str = ""
    created: datetime | None = None
    expires: datetime | None = None
    error: VcIssuerError | None = None


def prove(
    content: bytes,
    methods: Mapping[str, VerificationMethod],
    size: int = LIMITS.size,
    demands: ProofDemands | None = None,
) -> list[ProofLine]:
    """Verify every proof of a document's bytes under the methods given. Raises InvalidError, UnreadableError."""
    limits = JsonLimits(size=size, depth=LIMITS.depth, nodes=LIMITS.nodes)
    document = parse_strict(content, limits=limits)
    if not isinstance(document, dict):
        raise UnreadableError("a secured document is a JSON object")
    return proof_lines(document, methods, demands=demands)


def proof_lines(
    document: Document,
    methods: Mapping[str, VerificationMethod],
    *,
    demands: ProofDemands | None = None,
    canonicalize: CanonicalizeAs | None = None,
) -> list[ProofLine]:
    """Verify every proof of a document under the methods given. Raises InvalidError if it has none.

    `canonicalize` stands in for the canonicalisation of suites that go through a graph.
    """

    def resolve(method_id: str) -> VerificationMethod:
        if method_id not in methods:
            raise refuse_unknown_method(method_id.partition("#")[0])
        return methods[method_id]

    return lines_of(verify_proofs(document, resolve, demands=demands, guarded=True, canonicalize=canonicalize))


def lines_of(results: Sequence[ProofResult]) -> list[ProofLine]:
    """Return what became of each proof without the documents."""
    return [
        ProofLine(
            method_id=result.method_id,
            mechanism=result.verified.mechanism if result.verified else "",
            created=result.verified.created if result.verified else None,
            expires=result.expires,
            error=result.error,
        )
        for result in results
    ]


def held_proofs(lines: Sequence[ProofLine], now: datetime) -> list[ProofLine]:
    """Return the proofs that hold: at least one, and none of a known suite may be false (threat T32).

    A proof of an unknown suite, or by a key that is not at hand, neither helps nor harms. Raises the error of a false
    proof, or else InconclusiveError; FindingError if a proof has run out.
    """
    false = next((line.error for line in lines if line.error and not isinstance(line.error, InconclusiveError)), None)
    if false:
        raise false
    held = [line for line in lines if line.error is None]
    if not held:
        raise next((line.error for line in lines if line.error), InvalidError("the document has no proof"))
    if any(line.expires and line.expires < now - SKEW for line in held):
        raise FindingError(Verdict.EXPIRED, "the proof has run out", clause="VC Data Integrity 1.0 section 2.1")
    return held


def proofs_in_words(lines: Sequence[ProofLine], held: Sequence[ProofLine]) -> str:
    """Say which proofs hold, and how many could not be checked."""
    names = ", ".join(line.mechanism for line in held)
    unchecked = len(lines) - len(held)
    beside = f"; {unchecked} more could not be checked" if unchecked else ""
    return f"{len(held)} proof(s) hold: {names}{beside}"


def directly(function: Callable[..., Any], *arguments: Any) -> Any:
    """Be the guard that guards nothing: for documents that this process made itself."""
    return function(*arguments)
