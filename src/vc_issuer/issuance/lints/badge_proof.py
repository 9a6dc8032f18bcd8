"""What needs the whole badge, or a signed copy: no undefined term, the schema, and the proof as validators read it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from vc_issuer.encoding.multikey import decode_multikey
from vc_issuer.encoding.plain_graph import graph_of
from vc_issuer.errors import VcIssuerError
from vc_issuer.formats.ob3 import Ob3Format
from vc_issuer.issuance.lints.subject import Check, LintSubject, members

# The validator verifies any other suite of embedded proofs as this one, and fails.
_SUITE = "eddsa-rdfc-2022"
_FORMAT = Ob3Format()


def terms(subject: LintSubject) -> Iterator[str]:
    """JsonLDValidation: every member, type and value is defined by the contexts, and reaches the graph."""
    try:
        graph_of(subject.document)
    except VcIssuerError as error:
        yield error.message


def schema(subject: LintSubject) -> Iterator[str]:
    """JsonSchemas: our own schema is closed and narrower than 1EdTech's strict one."""
    for violation in _FORMAT.violations(subject.document):
        yield f"{violation.pointer or '/'}: {violation.message}"


def _proofs(subject: LintSubject) -> list[tuple[str, Mapping[str, Any]]]:
    return list(members(json.loads(subject.secured), "proof")) if subject.secured else []


def proof_first(subject: LintSubject) -> Iterator[str]:
    """EmbeddedProof: the first proof for assertions is the one that is verified, and as Ed25519 over RDF."""
    for pointer, proof in _proofs(subject)[:1]:
        if (proof.get("type"), proof.get("cryptosuite")) != ("DataIntegrityProof", _SUITE):
            yield f"{pointer}/cryptosuite"


def proof_purpose(subject: LintSubject) -> Iterator[str]:
    """EmbeddedProof: a proof without a purpose stops the validator."""
    for pointer, proof in _proofs(subject):
        if proof.get("proofPurpose") != "assertionMethod":
            yield f"{pointer}/proofPurpose"


def proof_key(subject: LintSubject) -> Iterator[str]:
    """EmbeddedProof: the key's id is a full DID URL whose fragment is the key itself, so nothing need be fetched."""
    for pointer, proof in _proofs(subject):
        did, _, fragment = str(proof.get("verificationMethod", "")).partition("#")
        try:
            decode_multikey(fragment)
        except VcIssuerError:
            yield f"{pointer}/verificationMethod"
        else:
            if not did.startswith(("did:web:", "did:key:")):
                yield f"{pointer}/verificationMethod"


def proof_controller(subject: LintSubject) -> Iterator[str]:
    """EmbeddedProof: the key's controller is the issuer."""
    issuer = next((node.get("id") for _, node in members(subject.document, "issuer")), None)
    for pointer, proof in _proofs(subject):
        if str(proof.get("verificationMethod", "")).partition("#")[0] != issuer:
            yield f"{pointer}/verificationMethod"


def proof_ends(subject: LintSubject) -> Iterator[str]:
    """Demand no end and no context of use in the proof: the validator ignores both, ours and others don't."""
    for pointer, proof in _proofs(subject):
        yield from (f"{pointer}/{name}" for name in ("expires", "domain", "challenge") if name in proof)


def proof_value(subject: LintSubject) -> Iterator[str]:
    """EmbeddedProof: the proof holds, over exactly what was prepared."""
    if subject.secured and subject.verify:
        try:
            subject.verify(subject.secured)
        except VcIssuerError as error:
            yield error.message


TERMS: dict[str, Check] = {"ob3.terms": terms}
SCHEMA: dict[str, Check] = {"ob3.schema": schema}
PROOF: dict[str, Check] = {
    "ob3.proof-first": proof_first,
    "ob3.proof-purpose": proof_purpose,
    "ob3.proof-key": proof_key,
    "ob3.proof-controller": proof_controller,
    "ob3.proof-ends": proof_ends,
}
PROOF_VALUE: dict[str, Check] = {"ob3.proof-value": proof_value}
