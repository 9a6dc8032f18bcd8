"""Badges of an issuer whom nobody pinned, signed with a did:key, a did:web or an https address as the issuer."""

from datetime import UTC, datetime

from builders_keys import signing_key
from vc_issuer.did import did_key
from vc_issuer.encoding.multikey import encode_multikey
from vc_issuer.model.keys import SigningKey, VerificationMethod
from vc_issuer.securing.cryptosuites import cryptosuite
from vc_issuer.securing.data_integrity import DataIntegrity

CREATED = datetime(2026, 3, 1, 12, tzinfo=UTC)
SUITE = DataIntegrity(cryptosuite("eddsa-rdfc-2022"))
V2 = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
WEB = "did:web:school.example"


def key_of(issuer, seed="foreign"):
    key = signing_key(seed=seed)
    multikey = encode_multikey(key.method.public_key)
    method = VerificationMethod(id=f"{issuer}#{multikey}", controller=issuer, public_key=key.method.public_key)
    return SigningKey(method=method, signer=key.signer)


def own_did(seed="foreign"):
    return did_key(signing_key(seed=seed).method.public_key)


def multikey(seed="foreign"):
    return encode_multikey(signing_key(seed=seed).method.public_key)


def badge(issuer=None, **changes):
    issuer = issuer or own_did()
    return {
        "@context": [V2, OB],
        "id": "urn:uuid:7c1f1f33-0f6a-4a4e-9a55-3a3f3c6f1f01",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": issuer, "type": ["Profile"], "name": "Vrije School"},
        "validFrom": "2026-02-01T00:00:00Z",
        "name": "Welding",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {"type": "IdentityObject", "hashed": False, "identityHash": "Zoe Voorbeeld", "identityType": "name"}
            ],
            "achievement": {
                "id": "https://school.example/welding",
                "type": ["Achievement"],
                "name": "Welding",
                "description": "Joins metal.",
                "criteria": {"narrative": "A seam that holds."},
            },
        },
        **changes,
    }


def signed(document, seed="foreign"):
    issuer = document["issuer"]
    controller = issuer["id"] if isinstance(issuer, dict) else issuer
    return SUITE.secure(document, key_of(controller, seed), CREATED).content
