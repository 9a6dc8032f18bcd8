"""Registries of issuers as the Digital Credentials Consortium publishes them: DID to name, signed or taken as a file.

    {"meta": {"created": …, "updated": …}, "registry": {"did:…": {"name": …, "location": …, "url": …}}}

Signed, it is a compact JWS over this JSON, or carries a Data Integrity proof of a suite over JSON (eddsa-jcs-2022). The
name that a verifier shows comes from here, never from the file that is checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vc_issuer.did import refuse_unknown_method, resolve_did_key
from vc_issuer.encoding.strict_json import JsonLimits, parse_strict
from vc_issuer.errors import InvalidError, UnreadableError
from vc_issuer.model.keys import VerificationMethod
from vc_issuer.model.text import text_defects
from vc_issuer.securing.data_integrity import verify_proofs
from vc_issuer.securing.jws import parse_jws, signature_octets, signing_input
from vc_issuer.securing.vc_jose import check_signature
from vc_issuer.verification.proofs import held_proofs, lines_of

LIMITS = JsonLimits(size=8 * 2**20, depth=12, nodes=200_000)  # 20,000 issuers
_LONGEST = 200
_CLAUSE = "DCC issuer registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """A registry as it was read: whom it names, where it lies, who signed it (nobody, if empty), and when."""

    where: str
    signed_by: str
    read_at: datetime
    updated: str = ""
    names: Mapping[str, str] = field(default_factory=dict, repr=False)


def read_registry(content: bytes, *, where: str, signer: str, now: datetime) -> Registry:
    """Read a registry; `signer` is the did:key that must have signed it, or empty for one that is taken as it lies.

    Raises UnreadableError for what is none, InvalidError if the signature does not hold.
    """
    document = _signed(content, signer, now) if signer else parse_strict(content, limits=LIMITS)
    if not isinstance(document, Mapping) or not isinstance(document.get("registry"), Mapping):
        raise UnreadableError("this is no registry of issuers: it has no member 'registry'")
    meta: Any = document.get("meta")
    updated = meta.get("updated") if isinstance(meta, Mapping) else None
    return Registry(
        where=where,
        signed_by=signer,
        read_at=now,
        updated=updated[:40] if isinstance(updated, str) else "",
        names=_names(document["registry"]),
    )


def _names(entries: Any) -> dict[str, str]:
    found = {}
    for did, entry in entries.items():
        name = entry.get("name") if isinstance(entry, Mapping) else None
        if did.startswith("did:") and isinstance(name, str) and name.strip() and not text_defects(name):
            found[did] = name.strip()[:_LONGEST]
    return found


def _signed(content: bytes, signer: str, now: datetime) -> Any:
    if not content.lstrip().startswith(b"{"):
        return _signed_as_jws(content, signer)
    document = parse_strict(content, limits=LIMITS)
    if not isinstance(document, Mapping):
        raise UnreadableError("this is no registry of issuers")

    def resolve(method_id: str) -> VerificationMethod:
        if method_id.partition("#")[0] != signer:
            raise refuse_unknown_method(method_id.partition("#")[0])
        return resolve_did_key(method_id)

    held_proofs(lines_of(verify_proofs(document, resolve, guarded=True)), now)
    return document


def _signed_as_jws(content: bytes, signer: str) -> Any:
    jws = parse_jws(content)
    one = jws.signatures[0]
    if len(jws.signatures) != 1 or "crit" in one.header:
        raise InvalidError("the registry is no compact JWS with one signature", clause=_CLAUSE)
    method = resolve_did_key(f"{signer}#{signer.removeprefix('did:key:')}")
    message = signing_input(one.protected, jws.payload)
    check_signature(str(one.header.get("alg")), method.public_key, signature_octets(one), message)
    return parse_strict(jws.payload_octets(), limits=LIMITS)
