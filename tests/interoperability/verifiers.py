"""Implementations that are not ours: what each verifies, how it is asked, and in which version."""

import json
import subprocess
from importlib.metadata import version

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from jwcrypto import jwk, jws
from jwcrypto.common import JWException, JWSEHeaderParameter
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3.ldp import verify_data_integrity_proof
from openbadgeslib.ob3.verifier import OB3Verifier
from openvc.proof.data_integrity import DataIntegrityProofSuite
from openvc.proof.di_ecdsa_rdfc import EcdsaRdfcProofSuite
from openvc.proof.di_jcs import EcdsaJcsProofSuite, EddsaJcsProofSuite
from openvc.proof.ecdsa_sd import EcdsaSdProofSuite
from openvc.proof.errors import ProofError

from reference import ROOT

PEERS = ROOT / "tests" / "peers"
OPENVC = {
    "eddsa-rdfc-2022": DataIntegrityProofSuite,
    "eddsa-jcs-2022": EddsaJcsProofSuite,
    "ecdsa-rdfc-2019": EcdsaRdfcProofSuite,
    "ecdsa-jcs-2019": EcdsaJcsProofSuite,
    "ecdsa-sd-2023": EcdsaSdProofSuite,
}
NODE = {  # our name of a verifier: what proofs.mjs calls it, and the package whose version counts
    "jsonld-signatures": ("jsonld-signatures", "jsonld-signatures"),
    "@digitalbazaar/vc": ("@digitalbazaar/vc", "@digitalbazaar/vc"),
    "@digitalbazaar/vc, presentation": ("vc presentation", "@digitalbazaar/vc"),
    "jose": ("jose", "jose"),
    "jose, detached": ("jose seal", "jose"),
    "@digitalcredentials/verifier-core": ("verifier-core", "@digitalcredentials/verifier-core"),
}


def node_verifiers(made):
    if made.format == "ELM 3":
        return ["jose, detached"]
    if isinstance(made.genuine, str):
        return ["jose"]
    if made.format == "presentation":
        return ["@digitalbazaar/vc, presentation"]
    if made.format == "Open Badges 3.0":
        return ["@digitalbazaar/vc", "@digitalcredentials/verifier-core"]
    return ["jsonld-signatures", "@digitalbazaar/vc"]


def ask_node(request):
    """Run proofs.mjs over a request and return its answer."""
    done = subprocess.run(
        ["node", "proofs.mjs"], cwd=PEERS, input=json.dumps(request), check=False, capture_output=True, text=True,
        timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    # The last line is the answer: a library writes its own troubles to standard output before it.
    return json.loads(done.stdout.splitlines()[-1])


def with_openvc(made, document, contexts):
    suite = OPENVC[made.mechanism]()
    purpose = "authentication" if made.format == "presentation" else "assertionMethod"
    more = {} if "jcs" in made.mechanism else {"extra_contexts": dict(contexts.documents)}
    asked = {f"expected_{name}": value for name, value in made.options.items() if value}
    try:
        suite.verify(document, public_key_jwk=made.jwk, expected_proof_purpose=purpose, **more, **asked)
    except ProofError as error:
        return f"{type(error).__name__}: {error}"
    return True


def pem_of(made):
    return load_der_public_key(made.key.method.public_key.der).public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )


def with_openbadgeslib(made, document, contexts):
    try:
        if isinstance(document, str):
            OB3Verifier(pem_of(made)).verify(document)
        else:
            verify_data_integrity_proof(document, pem_of(made), extra_contexts=dict(contexts.documents))
    except (LibOpenBadgesException, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return True


def with_jwcrypto(made, document, _contexts):
    # The headers of JAdES are its own; jwcrypto refuses critical ones that it was not told of.
    known = {name: JWSEHeaderParameter(name, True, True, lambda _: True) for name in ("sigT", "iat")}
    token = jws.JWS(header_registry=known)
    try:
        token.deserialize(document, jwk.JWK(**made.jwk))
    except JWException as error:
        return f"{type(error).__name__}: {error}"
    return True


def python_verifiers(made):
    """Return what of the Python world verifies a document: name, package, function."""
    if isinstance(made.genuine, str):
        found = [("jwcrypto", with_jwcrypto)]
        return [*found, ("openbadgeslib", with_openbadgeslib)] if made.mechanism.startswith("OB 3.0") else found
    found = [("openvc-core", with_openvc)]
    is_badge = made.format == "Open Badges 3.0"
    return [*found, ("openbadgeslib", with_openbadgeslib)] if is_badge else found


def version_of(package, node_versions):
    return node_versions.get(package) or version(package)
