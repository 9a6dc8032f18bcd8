"""What every fixture of 1EdTech's public validator must come to here, and why where that differs from its own test.

`wanted` is the verdict with the issuers of the fixtures pinned; `failing` the check that has to fail. Where 1EdTech
calls a file valid, it is `current` here, and `unknown-issuer` as long as nobody is pinned.
"""

import json
from dataclasses import dataclass, field

from recorded import controller_document

from reference import DATA
from vc_issuer.carriers.open import open_carrier
from vc_issuer.did import methods_of
from vc_issuer.encoding.multikey import base64url_decode
from vc_issuer.model.report import CheckId, Verdict
from vc_issuer.verification.trust import TrustedIssuer

_CORP, _UNIVERSITY, _1EDTECH, _STATE = (
    "https://example.com/issuers/876543",
    "https://example.edu/issuers/565049",
    "https://1edtech.edu/issuers/565049",
    "https://state.gov/issuers/565049",
)
_WELLSPRING = "did:web:dc.1edtech.org:wellspring2022:wellspring-portal:org:da1e96e9-afcc-4eed-b9a2-2ddf7353214c"
_COMMON = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
CONTROLLERS = {
    _CORP: (_COMMON, "z6MknNHHrBzPytzu6CUBP9Lg7fg4KSBjzimc2Frh693YbMiv",
            "z6MkvREVgsHx7Ppae68vCoByy73ZD4aMSJiPML2cryVL8JAx", "z6MkrvfzkMnvCroEUP2DVc9SHPE48CRsvHiVSusHioxTYu1x"),
    _UNIVERSITY: (_COMMON, "z6MkwA1498JfoCS3y4y3zggBDAosQEoCi5gsYH2PMXh1cFWK"),
    _1EDTECH: (_COMMON, "z6Mknyb2Gb4NxzW3xSr9ChTtdQZ1zs77piQ3r9SaJ9vMzmrs",
               "zDnaekGZTbQBerwcehBSXLqAg6s55hVEBms1zFy89VHXtJSa9"),
    _WELLSPRING: (_COMMON,),
    _STATE: ("z6MkoMGF38Ck9xkdqrbZt4h9eHb1qc3GhAAkoSWa4Vy3SHRN", "z6MkmQ49FhpMN7V11B7Qzc6WC6Q3ymVW4xmHUsHBR2MWMMo1"),
}  # fmt: skip
DOCUMENTS = {controller: controller_document(controller, *keys) for controller, keys in CONTROLLERS.items()}
LIST_URL = (
    "https://raw.githubusercontent.com/1EdTech/digital-credentials-public-validator/refs/heads/main/"
    "inspector-vc/src/test/resources/ob30/bit-string-list/testlist"
)

# The server of this list is gone; its form is that of the specification (ob3 5.4).
PLAIN_LIST_URL = (
    "https://dc.1edtech.org/wellspring2022/wellspring-portal/api/revocations/da1e96e9-afcc-4eed-b9a2-2ddf7353214c"
)
_REVOKED_ID = "https://dc.1edtech.org/wellspring2022/wellspring-portal/credential/54418d3f-ec01-4652-800a-861c890a51a1"
PLAIN_LIST = {"id": PLAIN_LIST_URL, "issuer": _WELLSPRING, "revokedCredential": [{"id": _REVOKED_ID}]}

CURRENT, NOT_GENUINE, UNKNOWN = Verdict.CURRENT, Verdict.NOT_GENUINE, Verdict.UNKNOWN_ISSUER
STRUCTURE, PROOF, VALIDITY = CheckId.STRUCTURE, CheckId.PROOF, CheckId.VALIDITY


@dataclass(frozen=True)
class Due:
    wanted: Verdict
    failing: CheckId | None = None
    unsure: CheckId | None = None
    differs: str = field(default="")


FIXTURES = {
    # Valid there, current here.
    "ob30/simple.json": Due(CURRENT),
    "ob30/simple.1ob": Due(CURRENT),
    "ob30/simple-context-alias.json": Due(CURRENT),
    "ob30/simple-did-web-method.json": Due(CURRENT),
    "ob30/simple-context-version.json": Due(CURRENT),
    "ob30/endorsement-valid.json": Due(CURRENT),
    "ob30/bit-string-list/testlist": Due(CURRENT),
    "ob30/simple-json.png": Due(CURRENT),
    "ob30/simple-json.svg": Due(CURRENT),
    "ob30/simple-jwt.png": Due(CURRENT),
    "ob30/simple-jwt.svg": Due(CURRENT),
    "ob30/sd/derivedcredential.json": Due(CURRENT),
    # Of version 1 of the data model: a warning there.
    "ob30/simple_v1.json": Due(CURRENT),
    "ob30/simple-jwt_v1.png": Due(CURRENT),
    "ob30/simple-jwt_v1.svg": Due(CURRENT),
    "clr20/simple.json": Due(CURRENT),
    "spec-vectors/signed-credential.json": Due(CURRENT),
    # Each breaks one thing, and that check says so.
    "ob30/simple-err-expired.json": Due(Verdict.EXPIRED, VALIDITY),
    "ob30/simple-err-issued.json": Due(NOT_GENUINE, VALIDITY),  # its structure is broken too
    "ob30/simple-err-context.json": Due(NOT_GENUINE, STRUCTURE),
    "ob30/simple-err-type.json": Due(NOT_GENUINE, STRUCTURE),
    "ob30/simple-err-issuer.json": Due(NOT_GENUINE, STRUCTURE),
    "ob30/simple-err-issuer-type.json": Due(NOT_GENUINE, STRUCTURE),
    "ob30/simple-err-issuer-otheridentifier-type.json": Due(NOT_GENUINE, STRUCTURE),
    "ob30/simple-err-issuer-parentorg-type.json": Due(NOT_GENUINE, STRUCTURE),
    "ob30/simple-err-credential-subject-type.json": Due(NOT_GENUINE, STRUCTURE),
    "ob30/simple-err-credential-subject-identifier-type.json": Due(NOT_GENUINE, STRUCTURE),
    "ob30/simple-err-credential-subject-result-type.json": Due(NOT_GENUINE, STRUCTURE),
    "ob30/simple-err-credential-subject-profile-type.json": Due(NOT_GENUINE, STRUCTURE),
    "ob30/simple-err-credential-subject-achievement-result-description-type.json": Due(NOT_GENUINE, STRUCTURE),
    "ob30/simple-err-evidence-type.json": Due(NOT_GENUINE, STRUCTURE),
    "ob30/simple-err-proof-method.json": Due(NOT_GENUINE, PROOF),
    "ob30/simple-err-proof-method-no-scheme.json": Due(NOT_GENUINE, PROOF),
    "ob30/simple-err-proof-method-unknown-scheme.json": Due(NOT_GENUINE, PROOF),
    "ob30/simple-err-proof-method-unknown-did-method.json": Due(NOT_GENUINE, PROOF),
    "ob30/simple-err-proof-value.json": Due(NOT_GENUINE, PROOF),
    "ob30/simple-multiple-proofs.json": Due(NOT_GENUINE, PROOF),
    "ob30/simple-noproof.json": Due(NOT_GENUINE, STRUCTURE),
    # Ours differ, each for a reason.
    "ob30/simple-did-key-method.json": Due(
        NOT_GENUINE, PROOF, differs="names a DID and no method, and nothing ties that key to the issuer (T32)"
    ),
    "ob30/complete.json": Due(
        Verdict.STATUS_UNKNOWN, unsure=CheckId.STATUS,
        differs="there a schema of an endorsement is not found; what can't be fetched says nothing of the credential",
    ),
    "ob30/bit-string-list/credential-status-revoked.json": Due(
        Verdict.STATUS_UNKNOWN, unsure=CheckId.STATUS,
        differs="the list's own id is another address than the one it is asked for at (T25)",
    ),
    "ob30/bit-string-list/credential-status-revoked-blank-nodes.json": Due(
        Verdict.STATUS_UNKNOWN, unsure=CheckId.STATUS,
        differs="the list's own id is another address than the one it is asked for at (T25)",
    ),
    "ob30/credential-status-revoked.json": Due(Verdict.REVOKED, CheckId.STATUS),
    "ob30/simple-eddsa-2022.json": Due(UNKNOWN, unsure=PROOF, differs="a draft cryptosuite that is not known here"),
    "ob30/complete_v1.json": Due(
        NOT_GENUINE, CheckId.ENDORSEMENT, differs="an endorsement inside lacks its id, which its own schema demands"
    ),
    "ob30/endorsement-err-schema-status-refresh.json": Due(NOT_GENUINE, PROOF),  # there a refresh address is invalid
    "ob30/velocity.jwt": Due(Verdict.UNREADABLE, CheckId.READ),  # invalid there too: its nbf is not its validFrom
    "ob30/simple.jwt": Due(
        Verdict.UNREADABLE, CheckId.READ, differs="there it only has to parse: it names no key, so nothing can be said"
    ),
    "clr20/simple_v1.json": Due(
        NOT_GENUINE, CheckId.CARRIER, differs="proofs of badges inside name a DID and no method; there none is looked at"
    ),
    "clr20/complex.json": Due(NOT_GENUINE, CheckId.CARRIER, differs="an endorsement inside has no name"),
    "clr20/simple-noproof.json": Due(
        NOT_GENUINE, CheckId.CARRIER, differs="the badge inside uses a type that none of its contexts defines"
    ),
    "clr20/simple_old_safesigned.json": Due(
        NOT_GENUINE, CheckId.CARRIER, differs="the badge inside uses a type that none of its contexts defines"
    ),
    "clr20/simple.jwt": Due(NOT_GENUINE, CheckId.CARRIER, differs="the badge inside names a draft context"),
}  # fmt: skip


def _with_rsa_keys(document, stem):
    """Add the keys that the fixtures with JWTs bring along, as their issuer would list them."""
    methods, controller = [], document["id"]
    for name in ("png", "svg"):
        [found] = open_carrier((DATA / f"ob3/oracle/1edtech/ob30/{stem}.{name}").read_bytes())
        jwk = json.loads(base64url_decode(found.content.split(b".")[0].decode()))["jwk"]
        methods.append(
            {"id": f"{controller}#{name}", "type": "JsonWebKey", "controller": controller, "publicKeyJwk": jwk}
        )
    return {
        **document,
        "verificationMethod": [*document["verificationMethod"], *methods],
        "assertionMethod": [*document["assertionMethod"], *(method["id"] for method in methods)],
    }


if DATA.is_dir():
    DOCUMENTS[_1EDTECH] = _with_rsa_keys(DOCUMENTS[_1EDTECH], "simple-jwt")
    DOCUMENTS[_UNIVERSITY] = _with_rsa_keys(DOCUMENTS[_UNIVERSITY], "simple-jwt_v1")


def pinned():
    return tuple(
        TrustedIssuer(did=controller, name=controller, methods=methods_of(document), source="the test")
        for controller, document in DOCUMENTS.items()
    )
