"""Other people's verifiers over what was issued: Digital Bazaar, DCC, jose, openvc; and that they would say no."""

import json
import shutil
import subprocess

import pytest
from openvc.proof.data_integrity import DataIntegrityProofSuite
from openvc.proof.errors import ProofError

from reference import ROOT
from vc_issuer.encoding.contexts import pinned_contexts

PEERS = ROOT / "tests" / "peers"
pytestmark = pytest.mark.peer
needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (PEERS / "node_modules").is_dir(),
    reason="needs Node and `npm ci` in tests/peers",
)


def ask_node(manifest, *options):
    done = subprocess.run(
        ["node", "verify.mjs", manifest, *options], cwd=PEERS, check=False, capture_output=True, text=True, timeout=900
    )
    return done.returncode, json.loads(done.stdout[done.stdout.index('{\n "counts"') :])


@needs_node
@pytest.mark.timeout(900)
def test_node_peers_verify_every_file(issued):
    limit = () if issued.step(9) == 1 else ("--limit", "40")
    code, answer = ask_node(issued.out / "manifest.json", *limit)
    documents = 40 if limit else len(issued.credentials)
    assert answer["failures"] == []
    assert code == 0
    assert answer["counts"] == {"digitalbazaar": 2 * documents, "verifier-core": 2 * documents, "jose": documents}


@needs_node
def test_node_peers_refuse_what_was_changed(issued, tmp_path):
    entry = issued.credentials[0]
    for name in (issued.manifest["did_document"], *(each["file"] for each in issued.manifest["status_lists"])):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(issued.out / name, tmp_path / name)
    (tmp_path / "credentials").mkdir()
    for name in ("ob3", "elm"):
        text = issued.path(entry, name).read_text(encoding="utf-8")
        (tmp_path / entry["files"][name]).write_text(text.replace("0612001", "0612009"), encoding="utf-8")
    changed = {**issued.manifest, "credentials": [{**entry, "ob3_other": {}}]}
    (tmp_path / "manifest.json").write_text(json.dumps(changed), encoding="utf-8")
    code, answer = ask_node(tmp_path / "manifest.json")
    assert code == 1
    assert {each["peer"] for each in answer["failures"]} == {"digitalbazaar", "verifier-core", "jose"}


class Resolver:
    """Answer for the issuer's did:web from the file that was written."""

    def __init__(self, document):
        self.methods = {each["id"]: each for each in document["verificationMethod"]}

    def jwk(self, method_id):
        import base64  # noqa: PLC0415

        from openvc.multibase import decode_multibase  # noqa: PLC0415

        raw = decode_multibase(self.methods[method_id]["publicKeyMultibase"])
        return {"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(raw[2:]).rstrip(b"=").decode()}


@pytest.mark.no_cover
@pytest.mark.timeout(1200)
def test_openvc_verifies_badges_and_refuses_a_changed_one(issued):
    resolver = Resolver(json.loads((issued.out / "did.json").read_text(encoding="utf-8")))
    suite = DataIntegrityProofSuite()
    contexts = dict(pinned_contexts().documents)
    for path in list(issued.badges())[:: issued.step(40)]:
        badge = json.loads(path.read_bytes())
        key = resolver.jwk(badge["proof"][0]["verificationMethod"])
        single = {**badge, "proof": badge["proof"][0]}
        assert suite.verify(single, public_key_jwk=key, extra_contexts=contexts)
    single["credentialSubject"]["achievement"]["name"] += "."
    with pytest.raises(ProofError):
        suite.verify(single, public_key_jwk=key, extra_contexts=contexts)
