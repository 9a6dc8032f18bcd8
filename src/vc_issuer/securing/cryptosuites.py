"""Data Integrity cryptosuites as rows of data: how to transform, how to hash, which keys sign.

VC-DI-EdDSA 1.0 and VC-DI-ECDSA 1.0 (W3C Recommendations 2025-05-15). With P-384, SHA-384 is also the hash inside
RDFC-1.0 (VC-DI-ECDSA section 3.2.3). Ed25519Signature2020 is the eddsa-rdfc-2022 of before there were cryptosuites: its
proof type is its name. It is verified, never issued.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from vc_issuer.encoding.contexts import ContextStore
from vc_issuer.encoding.jcs import canonicalize_jcs
from vc_issuer.encoding.rdfc import canonicalize_rdfc, check_order
from vc_issuer.errors import InconclusiveError, InvalidError
from vc_issuer.model.credential import Document, JsonValue
from vc_issuer.model.keys import KeyAlgorithm

DATA_INTEGRITY = "DataIntegrityProof"
ECDSA_SD = "ecdsa-sd-2023"
Canonicalize: TypeAlias = Callable[[Document, str, ContextStore | None, bool], bytes]


def canonicalize_graph(
    document: Document,
    hash_name: str,
    contexts: ContextStore | None = None,
    guarded: bool = False,
) -> bytes:
    """Canonicalise as linked data, by RDFC-1.0: the transformation that a compiled shape may stand in for."""
    canonical = canonicalize_rdfc(document, hash_name=hash_name, contexts=contexts, guarded=guarded)
    if not guarded:
        check_order(canonical)
    return canonical.encode("utf-8")


def _jcs(document: Document, _hash_name: str, _contexts: ContextStore | None, _guarded: bool) -> bytes:
    return canonicalize_jcs(document)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cryptosuite:
    """A row: the suite's name, its transformation, and the hash that goes with each key it takes.

    `own_context` is true where the proof configuration carries `@context` itself (the JCS suites). `proof_type` is the
    suite's own where it is older than DataIntegrityProof, and such a suite signs nothing new.
    """

    name: str
    canonicalize: Canonicalize
    hashes: Mapping[KeyAlgorithm, str]
    own_context: bool = False
    proof_type: str = DATA_INTEGRITY


CRYPTOSUITES: Mapping[str, Cryptosuite] = {
    suite.name: suite
    for suite in (
        Cryptosuite(
            name="eddsa-rdfc-2022",
            canonicalize=canonicalize_graph,
            hashes={KeyAlgorithm.ED25519: "sha256"},
        ),
        Cryptosuite(
            name="eddsa-jcs-2022",
            canonicalize=_jcs,
            hashes={KeyAlgorithm.ED25519: "sha256"},
            own_context=True,
        ),
        Cryptosuite(
            name="ecdsa-rdfc-2019",
            canonicalize=canonicalize_graph,
            hashes={KeyAlgorithm.P256: "sha256", KeyAlgorithm.P384: "sha384"},
        ),
        Cryptosuite(
            name="ecdsa-jcs-2019",
            canonicalize=_jcs,
            hashes={KeyAlgorithm.P256: "sha256", KeyAlgorithm.P384: "sha384"},
            own_context=True,
        ),
        # Only the proof configuration is hashed the common way: securing.ecdsa_sd does the rest.
        Cryptosuite(
            name=ECDSA_SD,
            canonicalize=canonicalize_graph,
            hashes={KeyAlgorithm.P256: "sha256"},
        ),
    )
}
LEGACY_SUITES: Mapping[str, Cryptosuite] = {
    suite.name: suite
    for suite in (
        Cryptosuite(
            name="Ed25519Signature2020",
            canonicalize=canonicalize_graph,
            hashes={KeyAlgorithm.ED25519: "sha256"},
            proof_type="Ed25519Signature2020",
        ),
    )
}


def suite_of(proof: Mapping[str, JsonValue]) -> Cryptosuite:
    """Return the suite that a proof names. Raises InvalidError for a malformed one, InconclusiveError if unknown."""
    proof_type = proof.get("type")
    if not isinstance(proof_type, str) or not proof_type:
        raise InvalidError("the proof has no type", clause="VC Data Integrity 1.0 section 2.1")
    if proof_type in LEGACY_SUITES:
        return LEGACY_SUITES[proof_type]
    if proof_type != DATA_INTEGRITY:
        raise InconclusiveError(
            f"the proof type {proof_type[:60]!r} is not known here",
            remedy=f"Known are {DATA_INTEGRITY} and {', '.join(LEGACY_SUITES)}.",
            clause="VC Data Integrity 1.0 section 2.1",
        )
    if not isinstance(proof.get("cryptosuite"), str):
        raise InvalidError("the proof names no cryptosuite", clause="VC Data Integrity 1.0 section 3.1")
    return cryptosuite(proof["cryptosuite"])


def cryptosuite(name: object) -> Cryptosuite:
    """Return the suite with exactly this name. Raises InconclusiveError for one that is not known here."""
    found = CRYPTOSUITES.get(name) if isinstance(name, str) else None
    if found is None:
        raise InconclusiveError(
            f"the cryptosuite {str(name)[:60]!r} is not known here",
            remedy=f"Known are {', '.join(CRYPTOSUITES)}.",
            clause="VC Data Integrity 1.0 section 2.1",
        )
    return found


def hash_for(suite: Cryptosuite, algorithm: KeyAlgorithm) -> str:
    """Return the hash that `suite` uses with this key. Raises InvalidError if the key does not fit the suite."""
    name = suite.hashes.get(algorithm)
    if name is None:
        raise InvalidError(
            f"a {algorithm.value} key does not fit the cryptosuite {suite.name}",
            clause="VC Data Integrity 1.0 section 3.3",
        )
    return name
