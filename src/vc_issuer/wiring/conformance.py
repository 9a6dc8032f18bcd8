"""The conformance mount: did:key issuers for arbitrary credentials, and a verifier with the W3C's semantics.

For outside test suites, on loopback, never in production. Its keys are made when it starts and end with it; they are no
keys of the institution, which never signs what a caller brings (threat T11, ADR 6).
"""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vc_issuer.config import Mode
from vc_issuer.did import did_key
from vc_issuer.encoding.contexts import CONFORMANCE, conformance_contexts
from vc_issuer.encoding.multikey import encode_multikey
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import ConfigurationError, InvalidError
from vc_issuer.formats.vcdm import BASE_V2, ENVELOPED_CREDENTIAL, is_v1
from vc_issuer.model.keys import KeyAlgorithm, SigningKey, VerificationMethod
from vc_issuer.securing.cryptosuites import CRYPTOSUITES, ECDSA_SD, Cryptosuite, cryptosuite
from vc_issuer.securing.data_integrity import create_proof
from vc_issuer.securing.ecdsa_sd import HMAC_KEY_BYTES, BaseSecrets, create_base_proof
from vc_issuer.securing.proof_terms import ProofOptions
from vc_issuer.securing.vc_jose import VcJose
from vc_issuer.signers.ephemeral import EphemeralSigner
from vc_issuer.status_list import MINIMUM_ENTRIES, build_status_list, make_bits, status_entry
from vc_issuer.verification.presentation import Asked, credential_bytes
from vc_issuer.verification.proofs import Guard
from vc_issuer.verification.status import StatusBook, entries_of
from vc_issuer.verification.trust import TrustStore
from vc_issuer.verification.w3c import check_credential, check_presentation, check_strictly, screen_credential
from vc_issuer.wiring.loopback import LoopbackLists

PROOF_CONTEXT = "https://w3id.org/security/data-integrity/v2"
VC_JWT = "vc+jwt"
_DEFAULTS = {
    KeyAlgorithm.ED25519: "eddsa-rdfc-2022",
    KeyAlgorithm.P256: "ecdsa-rdfc-2019",
    KeyAlgorithm.P384: "ecdsa-rdfc-2019",
}
_REFUSED = "VC API section 3.2"


@dataclass(frozen=True, slots=True)
class _Tenant:
    """One did:key issuer with its status list: who was given which place, and which places are set."""

    name: str
    key: SigningKey
    places: dict[str, int] = field(default_factory=dict)
    revoked: set[int] = field(default_factory=set)

    @property
    def did(self) -> str:
        return self.key.method.controller


class ConformanceMount:
    """Issue, verify and serve status lists for test suites."""

    def __init__(self, origin: str, mode: Mode, guard: Guard, now: Callable[[], datetime]) -> None:
        """`origin` is where the mount is reached, on loopback. Raises ConfigurationError in production."""
        if mode is Mode.PRODUCTION:
            raise ConfigurationError(
                "production refuses the conformance mount.", remedy="Use a home whose mode is demo or test."
            )
        self.origin = origin.rstrip("/")
        self._guard = guard
        self._now = now
        self._lock = threading.Lock()
        self.tenants = tuple(_tenant(algorithm) for algorithm in _DEFAULTS)

    def issue(self, credential: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
        """Return a credential of one of the mount's issuers, secured as `options` say.

        Raises InvalidError, UnsafeDocumentError, UnreadableError, InconclusiveError: refused.
        """
        if "proof" in credential:
            raise InvalidError("the credential has a proof already", clause=_REFUSED)
        self._guard(screen_credential, serialise_compact(credential))
        tenant = self._tenant_of(credential)
        document = dict(credential)
        if options.get("credentialStatus"):
            document["credentialStatus"] = self._status_of(document, tenant)
        mechanism = options.get("mechanism", options.get("cryptosuite", _default(tenant)))
        if mechanism == VC_JWT:
            token = VcJose().secure(document, tenant.key, self._now()).content.decode("ascii")
            return {
                "@context": [BASE_V2],
                "id": f"data:application/vc+jwt,{token}",
                "type": ENVELOPED_CREDENTIAL,
            }
        return self._with_proof(document, tenant, mechanism, options)

    def verify(self, credential: Mapping[str, Any]) -> None:
        """Return if a credential is verified, in the W3C's sense."""
        self._guard(check_credential, credential_bytes(credential), self._now())

    def verify_presentation(self, content: bytes, challenge: str, domain: str) -> None:
        """Return if a presentation and everything in it is verified, in the W3C's sense."""
        asked = Asked(challenge=challenge, domain=domain, profile=CONFORMANCE)
        self._guard(check_presentation, content, asked, self._now())

    def verify_strictly(self, credential: Mapping[str, Any], challenge: str, domain: str) -> None:
        """Return if a credential is verified, its issuer controls the key, and no status ends it."""
        now = self._now()
        document = self._guard(check_strictly, credential_bytes(credential), now, domain, challenge)
        lists = LoopbackLists({self._list_url(tenant): self.status_list(tenant.name) for tenant in self.tenants})
        book = StatusBook(TrustStore(status_lists=lists), self._guard, minimum_of_others=MINIMUM_ENTRIES)
        issuer = document["issuer"]
        book.check(entries_of(document), issuer["id"] if isinstance(issuer, Mapping) else issuer, now)

    def status_list(self, name: str) -> bytes:
        """Return a status list, signed now. Raises InvalidError for an unknown name."""
        tenant = next((tenant for tenant in self.tenants if tenant.name == name), None)
        if tenant is None:
            raise InvalidError("there is no such status list", clause=_REFUSED)
        with self._lock:
            bits = make_bits(tenant.revoked)
        now = self._now()
        document = build_status_list(
            self._list_url(tenant), bits, issuer=tenant.did, purpose="revocation", valid_from=now
        )
        return serialise_compact({**document, "proof": create_proof(document, _suite_of(tenant), tenant.key, now)})

    def revoke(self, credential_id: str, *, revoked: bool) -> bool:
        """Set or clear the status of a credential issued here; False if there is none with this id and a status."""
        with self._lock:
            for tenant in self.tenants:
                if credential_id in tenant.places:
                    change = tenant.revoked.add if revoked else tenant.revoked.discard
                    change(tenant.places[credential_id])
                    return True
        return False

    def _tenant_of(self, credential: Mapping[str, Any]) -> _Tenant:
        issuer = credential.get("issuer")
        did = issuer.get("id") if isinstance(issuer, Mapping) else issuer
        found = next((tenant for tenant in self.tenants if tenant.did == did), None)
        if found is None:
            raise InvalidError("the credential names an issuer whose key is not here", clause=_REFUSED)
        return found

    def _status_of(self, document: Mapping[str, Any], tenant: _Tenant) -> dict[str, Any]:
        if is_v1(document) or "credentialStatus" in document:
            raise InvalidError("a status is added to a VCDM 2.0 credential without one", clause=_REFUSED)
        with self._lock:
            index = _free_place(frozenset(tenant.places.values()))
            tenant.places[str(document.get("id", f"{tenant.did}#{index}"))] = index
        return status_entry(self._list_url(tenant), index, purpose="revocation")

    def _list_url(self, tenant: _Tenant) -> str:
        return f"{self.origin}/conformance/status/{tenant.name}"

    def _with_proof(
        self, document: dict[str, Any], tenant: _Tenant, name: object, options: Mapping[str, Any]
    ) -> dict[str, Any]:
        suite = cryptosuite(name)
        contexts = conformance_contexts()
        if is_v1(document) and PROOF_CONTEXT not in document["@context"]:
            # The older context does not define a proof's terms: VC Data Integrity 1.0 section 2.4.2.
            document = {**document, "@context": [*document["@context"], PROOF_CONTEXT]}
        if suite.name != ECDSA_SD:
            proof = create_proof(document, suite, tenant.key, self._now(), contexts=contexts)
            return {**document, "proof": proof}
        pointers = options.get("mandatoryPointers", [])
        if not isinstance(pointers, list) or not all(isinstance(pointer, str) for pointer in pointers):
            raise InvalidError("mandatoryPointers is no list of JSON pointers", clause=_REFUSED)
        fresh = BaseSecrets(hmac_key=secrets.token_bytes(HMAC_KEY_BYTES), signer=EphemeralSigner(KeyAlgorithm.P256))
        created = ProofOptions(created=self._now())
        return {
            **document,
            "proof": create_base_proof(document, tenant.key, created, pointers, fresh, contexts=contexts),
        }


def offers(mount: ConformanceMount) -> list[dict[str, Any]]:
    """Return what each issuer offers, as `paths.json` lists it (interface part 3)."""
    listed: list[dict[str, Any]] = []
    for tenant in mount.tenants:
        algorithm = tenant.key.method.public_key.algorithm
        suites = [suite.name for suite in CRYPTOSUITES.values() if algorithm in suite.hashes]
        key_types = {} if algorithm is KeyAlgorithm.ED25519 else {"supportedEcdsaKeyTypes": [algorithm.value]}
        for name in suites:
            tags = [name, *(["vc2.0", "vc-api"] if name == "eddsa-rdfc-2022" else [])]
            listed.append(_offer(tenant, {"cryptosuite": name}, tags) | key_types)
        if algorithm is KeyAlgorithm.ED25519:
            status = {"cryptosuite": _default(tenant), "credentialStatus": True}
            listed.append(_offer(tenant, status, ["BitstringStatusList"]))
            listed.append(_offer(tenant, {"mechanism": VC_JWT}, ["EnvelopingProof"]))
    return listed


def _offer(tenant: _Tenant, options: Mapping[str, Any], tags: list[str]) -> dict[str, Any]:
    versions = ["2.0"] if "credentialStatus" in options else ["1.1", "2.0"]
    return {
        "id": tenant.did,
        "path": "/conformance/credentials/issue",
        "options": {**options},
        "tags": tags,
        "supports": {"vc": versions},
    }


def _free_place(taken: frozenset[int]) -> int:
    while (place := secrets.randbelow(MINIMUM_ENTRIES)) in taken:
        pass
    return place


def _default(tenant: _Tenant) -> str:
    return _DEFAULTS[tenant.key.method.public_key.algorithm]


def _suite_of(tenant: _Tenant) -> Cryptosuite:
    return cryptosuite(_default(tenant))


def _tenant(algorithm: KeyAlgorithm) -> _Tenant:
    signer = EphemeralSigner(algorithm)
    did, multikey = did_key(signer.public_key), encode_multikey(signer.public_key)
    method = VerificationMethod(id=f"{did}#{multikey}", controller=did, public_key=signer.public_key)
    return _Tenant(algorithm.value.lower(), SigningKey(method=method, signer=signer))
