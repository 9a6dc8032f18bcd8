"""Documents secured by every mechanism, each with a copy that somebody changed, and what verifiers need for them."""

import copy
import json
from dataclasses import dataclass, field
from datetime import timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from scenario import CREDENTIAL_KEY, DID, NOON, NOW, STATUS_KEY, SUITE, make_seal

from builders_keys import MemorySigner, signing_key
from vc_issuer.did import did_web_document
from vc_issuer.encoding.contexts import conformance_contexts
from vc_issuer.encoding.jwk import encode_jwk
from vc_issuer.encoding.multikey import base64url_decode, base64url_encode
from vc_issuer.model.keys import KeyAlgorithm, SigningKey, VerificationMethod
from vc_issuer.securing.cryptosuites import cryptosuite
from vc_issuer.securing.data_integrity import add_proof
from vc_issuer.securing.ecdsa_sd import BaseSecrets, create_base_proof, derive
from vc_issuer.securing.proof_terms import AUTHENTICATION, ProofOptions
from vc_issuer.securing.vc_jose import JwtForm, VcJose

CONTEXTS = conformance_contexts()
V1, V2 = "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"
ED, P256, P384 = signing_key(), signing_key(KeyAlgorithm.P256), signing_key(KeyAlgorithm.P384)
HOLDER = signing_key(seed="holder")
VCDM2, VCDM1, OB3, VP, ELM = "VCDM 2.0", "VCDM 1.1", "Open Badges 3.0", "presentation", "ELM 3"
JADES = "JAdES B-B, ES256"
SUITES = [
    ("eddsa-rdfc-2022", ED),
    ("eddsa-jcs-2022", ED),
    ("ecdsa-rdfc-2019", P256),
    ("ecdsa-rdfc-2019", P384),
    ("ecdsa-jcs-2019", P256),
    ("ecdsa-jcs-2019", P384),
]
SELECTIVE = ["/validFrom", "/credentialSubject/name"]


@dataclass(frozen=True)
class Made:
    """One secured document: an object, or a token as text. `changed` is the same with one word changed."""

    format: str
    mechanism: str
    key: SigningKey
    genuine: object
    changed: object
    options: dict = field(default_factory=dict)

    @property
    def name(self):
        """Name the mechanism with its key, where more than one fits."""
        algorithm = self.key.method.public_key.algorithm
        return f"{self.mechanism}, {algorithm.value}" if self.mechanism.startswith("ecdsa") else self.mechanism

    @property
    def jwk(self):
        return encode_jwk(self.key.method.public_key)


class RsaSigner(MemorySigner):
    """A signer in memory that knows RSA as well."""

    def sign(self, message):
        return self._private.sign(message, padding.PKCS1v15(), hashes.SHA256())


def rsa_key():
    signer = RsaSigner(rsa.generate_private_key(public_exponent=65537, key_size=2048), KeyAlgorithm.RSA_SHA256)
    did = "did:web:credentials.uzb.example"
    return SigningKey(
        method=VerificationMethod(id=f"{did}#rsa", controller=did, public_key=signer.public_key), signer=signer
    )


def credential(key, *, version="2.0"):
    dates = {"validFrom": "2026-07-06T12:00:00Z"} if version == "2.0" else {"issuanceDate": "2026-07-06T12:00:00Z"}
    named = {"name": "Recht en data: «geslaagd»"} if version == "2.0" else {}
    contexts = [V2] if version == "2.0" else [V1, "https://w3id.org/security/data-integrity/v2"]
    return {
        "@context": contexts,
        "id": "urn:uuid:6e0f6ab4-7a52-4a8d-9d3f-3f3c3a2b1c0d",
        "type": ["VerifiableCredential"],
        "issuer": key.method.controller,
        **dates,
        "credentialSubject": {"id": "did:example:subject", **named},
    }


def changed(document):
    copied = copy.deepcopy(document)
    if "verifiableCredential" in copied:
        copied["verifiableCredential"] = []
    else:
        copied["credentialSubject"]["id"] = "did:example:other"
    return copied


def changed_token(token):
    header, body, signature = token.split(".")
    payload = json.loads(base64url_decode(body))
    payload["credentialSubject"]["type"] = ["AchievementSubject", "Other"]
    return f"{header}.{base64url_encode(json.dumps(payload).encode())}.{signature}"


def proven(format_name, document, suite, key, **options):
    options = {"created": NOON, **options}
    secured = add_proof(document, cryptosuite(suite), key, ProofOptions(**options), contexts=CONTEXTS)
    secured = {**secured, "proof": secured["proof"][0]}
    asked = {"challenge": options.get("challenge", ""), "domain": "".join(options.get("domain", ()))}
    return Made(format_name, suite, key, secured, changed(secured), asked)


def disclosed_base():
    document = credential(P256)
    own = BaseSecrets(hmac_key=bytes(range(32)), signer=signing_key(KeyAlgorithm.P256, "own").signer)
    proof = create_base_proof(document, P256, ProofOptions(created=NOON), ["/issuer"], own, contexts=CONTEXTS)
    return {**document, "proof": proof}


def made_tokens(world):
    rsa_signing = rsa_key()
    badge = {**world.twin.ob3["en"]}
    badge["credentialSubject"] = {**badge["credentialSubject"], "id": "did:example:learner"}
    for form, name, key in (
        (JwtForm.CREDENTIAL, "vc+jwt, EdDSA", CREDENTIAL_KEY),
        (JwtForm.CREDENTIAL, "vc+jwt, ES256", P256),
        (JwtForm.BADGE, "OB 3.0 JWT, RS256", rsa_signing),
        (JwtForm.BADGE, "OB 3.0 JWT, ES256", P256),
    ):
        token = VcJose(form).secure(badge, key, NOON + timedelta(seconds=1)).content.decode()
        yield Made(OB3, name, key, token, changed_token(token))


def served(world):
    """Return what the world's issuer publishes, by address: its DID document and its status lists."""
    methods = [CREDENTIAL_KEY.method, STATUS_KEY.method]
    lists = {url: json.loads(content) for url, content in world.trust.status_lists.items()}
    return {"https://credentials.uzb.example/.well-known/did.json": did_web_document(DID, methods, now=NOW), **lists}


def sealed(world):
    envelope = json.loads(world.elm)
    spoiled = {**envelope, "payload": envelope["payload"].replace('"type"', '"Type"', 1)}
    key, _ = make_seal()
    return Made(ELM, JADES, key, *(json.dumps(each, ensure_ascii=False) for each in (envelope, spoiled)))


def everything(world):
    """Return every document that verifiers are shown."""
    found = [proven(VCDM2, credential(key), suite, key) for suite, key in SUITES]
    part = derive(disclosed_base(), SELECTIVE, contexts=CONTEXTS)
    found.append(Made(VCDM2, "ecdsa-sd-2023", P256, part, changed(part)))
    found += [proven(VCDM1, credential(key, version="1.1"), suite, key) for suite, key in (SUITES[0], SUITES[2])]
    badge = json.loads(SUITE.secure(world.twin.ob3["en"], CREDENTIAL_KEY, NOON).content)
    badge["proof"] = badge["proof"][0]
    spoiled = {**badge, "name": f"{badge['name']}."}
    found.append(Made(OB3, "eddsa-rdfc-2022", CREDENTIAL_KEY, badge, spoiled))
    inner = proven(VCDM2, credential(ED), "eddsa-rdfc-2022", ED).genuine
    shown = {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "holder": HOLDER.method.controller,
        "verifiableCredential": [inner],
    }
    asked = {"purpose": AUTHENTICATION, "challenge": "c", "domain": ("a.example",)}
    found.append(proven(VP, shown, "eddsa-rdfc-2022", HOLDER, **asked))
    return [*found, *made_tokens(world), sealed(world)]
