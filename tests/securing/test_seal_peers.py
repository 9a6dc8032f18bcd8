"""Other people's code over seals of every level, and ours over what theirs makes: jwcrypto, jose, OpenSSL, Sigstore's
rfc3161-client, and ETSI's own schemas. None of them verifies JAdES as a whole; together they cover its parts.
"""

import base64
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import jsonschema_rs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwcrypto import jwk, jws
from jwcrypto.common import JWSEHeaderParameter
from pki import GRANTED, DirectDesk, Pki
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from seal_builder import DOCUMENT, NOON, decoded, header_of

from reference import DATA, ROOT, needs_data
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import InvalidError
from vc_issuer.issuance.evidence import Augmenter
from vc_issuer.securing.jades import seal_facts, seal_prepared
from vc_issuer.securing.jades_augment import open_seal
from vc_issuer.securing.jades_evidence import SealLevel
from vc_issuer.x509 import (
    certificates_to_pem,
    find_revocation,
    read_time_stamp,
    read_time_stamp_reply,
    verify_time_stamp,
    write_ocsp_request,
    write_time_stamp_query,
)
from vc_issuer.x509.der import SEQUENCE, write_der

PEERS = ROOT / "tests" / "peers"
SCHEMAS = DATA / "elm" / "dss-jades" / "schema"
PAYLOAD = serialise_compact(DOCUMENT)
MATRIX = [
    (kind, header, level) for kind in ("P-256", "P-384", "RSA") for header in ("iat", "sigT") for level in SealLevel
]
needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (PEERS / "node_modules").is_dir(),
    reason="needs Node and `npm ci` in tests/peers",
)
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the program openssl")


def name_of(case):
    kind, header, level = case
    return f"{kind} {header} {level.value}"


@pytest.fixture(scope="module")
def seals():
    """Return a seal for each key, time header and level."""
    made = {}
    for kind in ("P-256", "P-384", "RSA"):
        pki = Pki(kind=kind)
        augmenter = Augmenter(
            desk=DirectDesk(pki), anchors=pki.anchors_at, time_anchors=pki.time_anchors_at, clock=lambda: NOON
        )
        for header in ("iat", "sigT"):
            content = seal_prepared(PAYLOAD, pki.seal_key, NOON, time_header=header).content
            made |= {(kind, header, level): augmenter.raise_to(content, level).content for level in SealLevel}
    return made


def changed(content):
    return content.replace(b"gezond", b"gezand", 1)


@pytest.mark.parametrize("case", MATRIX, ids=name_of)
def test_jwcrypto_verifies_every_level(seals, case):
    content = seals[case]
    for bytes_, holds in ((content, True), (changed(content), False)):
        names = ("sigT", "iat")
        token = jws.JWS(header_registry={n: JWSEHeaderParameter(n, True, True, lambda _: True) for n in names})
        token.deserialize(bytes_.decode())
        leaf = seal_facts(content).certificates[:1]
        if holds:
            token.verify(jwk.JWK.from_pem(certificates_to_pem(leaf)))
            assert token.payload.encode() == PAYLOAD
        else:
            with pytest.raises(jws.InvalidJWSSignature):
                token.verify(jwk.JWK.from_pem(certificates_to_pem(leaf)))


@needs_node
@pytest.mark.peer
def test_jose_verifies_every_level_and_refuses_each_one_changed(seals):
    cases = [{"id": name_of(case), "envelope": content.decode()} for case, content in seals.items()]
    cases += [{"id": f"changed {one['id']}", "envelope": changed(one["envelope"].encode()).decode()} for one in cases]
    done = subprocess.run(
        ["node", "seals.mjs"], cwd=PEERS, input=json.dumps({"cases": cases}), check=True, capture_output=True, text=True,
        timeout=400,
    )  # fmt: skip
    verdicts = json.loads(done.stdout)["verdicts"]
    assert len(verdicts) == 48
    for name, verdict in verdicts.items():
        assert (verdict is True) is not name.startswith("changed"), (name, verdict)


def schema_of(name, definitions):
    """Return the schema of one member with what it refers to, and nothing that refers to files that aren't here."""
    waiting, needed = [name], {}
    while waiting:
        needed[waiting[0]] = definitions[waiting[0]]
        found = re.findall(r'"#/definitions/([^"]+)"', json.dumps(definitions[waiting.pop(0)]))
        waiting += [unquote(one) for one in found if unquote(one) not in needed]
    return {"definitions": needed, "$ref": f"#/definitions/{name}"}


@needs_data
@pytest.mark.parametrize("case", MATRIX, ids=name_of)
def test_headers_are_as_the_schemas_of_etsi_have_them(seals, case):
    content = seals[case]
    definitions = json.loads((SCHEMAS / "19182-jsonSchema.json").read_text())["definitions"]
    header = header_of(content)
    # The RFCs' own schemas, which ETSI's protected header refers to, are not at hand; each of its own members is.
    own = [name for name in header if name in definitions]
    for name in own:
        assert jsonschema_rs.is_valid(schema_of(name, definitions), header[name]), name
    assert ("sigT" in own) is (case[1] == "sigT")
    for entry in open_seal(content).entries:
        ((name, value),) = json.loads(decoded(entry)).items()
        assert name in definitions, name
        assert jsonschema_rs.is_valid(schema_of(name, definitions), value), name
        assert not jsonschema_rs.is_valid(schema_of(name, definitions), "x"), "the schema says something"


# Time-stamps


def test_our_question_is_read_as_sigstore_would_ask_it():
    """The same message and nonce give the same octets but for what both may choose."""
    theirs = TimestampRequestBuilder(hash_algorithm=HashAlgorithm.SHA256, data=b"message").build()
    assert write_time_stamp_query(b"message", nonce=theirs.nonce) == theirs.as_bytes()


@pytest.fixture(scope="module")
def stamped():
    pki = Pki()
    return pki, DirectDesk(pki).stamp(b"message")


def test_sigstore_verifies_the_tokens_that_our_reader_accepts(stamped):
    pki, token = stamped
    response = decode_timestamp_response(write_der(SEQUENCE, GRANTED, token))
    verifier = VerifierBuilder().add_root_certificate(pki.time_root.certificate).build()
    assert verifier.verify_message(response, b"message")
    with pytest.raises(VerificationError):
        verifier.verify_message(response, b"massage")
    stamp = read_time_stamp(token)
    assert response.tst_info.serial_number == stamp.serial
    assert response.tst_info.gen_time == stamp.time


class OpenSsl:
    """OpenSSL's time-stamp authority and OCSP responder, working on files."""

    def __init__(self, folder, pki):
        self.folder = folder
        self.pki = pki
        self.write("tsa.pem", x509.load_der_x509_certificate(pki.tsa.certificate).public_bytes(Encoding.PEM))
        self.write("root.pem", certificates_to_pem(pki.time_anchors))
        self.write("tsa.key", self.key(pki.tsa.key))
        self.write(
            "ts.cnf",
            b"[tsa]\ndefault_tsa=one\n[one]\nserial=serial\nsigner_digest=sha256\ndigests=sha256\n"
            b"default_policy=1.2.3.4\nordering=no\ness_cert_id_alg=sha256\n",
        )
        self.write("serial", b"0A\n")

    @staticmethod
    def key(key):
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def write(self, name, content):
        (self.folder / name).write_bytes(content)

    def run(self, *arguments, check=True):
        return subprocess.run(
            ["openssl", *arguments], cwd=self.folder, check=check, capture_output=True, text=True, timeout=200
        )


@pytest.fixture
def openssl(tmp_path):
    # OpenSSL's authority stamps by the clock of this machine.
    return OpenSsl(tmp_path, Pki(start=datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)))


@needs_openssl
def test_openssl_answers_our_question_and_we_read_its_token(openssl):
    query = write_time_stamp_query(b"message", nonce=2**127 + 5)
    openssl.write("q.tsq", query)
    shown = openssl.run("ts", "-query", "-in", "q.tsq", "-text").stdout
    assert "Hash Algorithm: sha256" in shown
    assert "Certificate required: yes" in shown
    openssl.run(
        "ts", "-reply", "-queryfile", "q.tsq", "-signer", "tsa.pem", "-inkey", "tsa.key", "-config", "ts.cnf", "-section",
        "one", "-out", "r.tsr",
    )  # fmt: skip
    reply = (openssl.folder / "r.tsr").read_bytes()
    token = read_time_stamp_reply(reply, b"message", nonce=2**127 + 5)
    stamp = read_time_stamp(token)
    assert verify_time_stamp(stamp, b"message")[0] == openssl.pki.tsa.certificate
    assert (stamp.policy, stamp.serial) == ("1.2.3.4", 11)
    with pytest.raises(InvalidError, match="answered another question"):
        read_time_stamp_reply(reply, b"message", nonce=5)
    with pytest.raises(InvalidError, match="over something else"):
        read_time_stamp_reply(reply, b"massage", nonce=2**127 + 5)


@needs_openssl
def test_openssl_verifies_the_time_stamps_of_a_seal(openssl):
    pki = openssl.pki
    pki.now = pki.start + timedelta(days=1)
    augmenter = Augmenter(
        desk=DirectDesk(pki), anchors=pki.anchors_at, time_anchors=pki.time_anchors_at, clock=lambda: pki.now
    )
    plain = seal_prepared(PAYLOAD, pki.seal_key, pki.now).content
    archived = open_seal(augmenter.raise_to(plain, SealLevel.LTA).content)
    before = open_seal(augmenter.raise_to(plain, SealLevel.B).content)
    tokens = {next(iter(one)): one for one in (json.loads(decoded(entry)) for entry in archived.entries)}
    covered = {
        "sigTst": before.signature_message(),
        "arcTst": ".".join(
            (archived.payload, archived.protected, archived.signature, "".join(archived.entries[:-1]))
        ).encode(),
    }
    for name, message in covered.items():
        openssl.write("token", base64.b64decode(tokens[name][name]["tstTokens"][0]["val"]))
        openssl.write("data", message)
        openssl.write("other", message + b" ")
        verify = ("ts", "-verify", "-in", "token", "-token_in", "-CAfile", "root.pem", "-untrusted", "tsa.pem")
        assert "Verification: OK" in openssl.run(*verify, "-data", "data").stdout
        assert openssl.run(*verify, "-data", "other", check=False).returncode != 0


@needs_openssl
@pytest.mark.parametrize("revoked", [False, True])
def test_openssl_answers_our_ocsp_request_and_we_read_its_answer(openssl, revoked):
    pki = openssl.pki
    authority, responder = pki.responders[pki.ca.certificate.subject]
    leaf = pki.seal_key.method.certificates[0]
    openssl.write("ca.pem", authority.certificate.public_bytes(Encoding.PEM))
    openssl.write("responder.pem", responder.certificate.public_bytes(Encoding.PEM))
    openssl.write("responder.key", openssl.key(responder.key))
    openssl.write("request.der", write_ocsp_request(leaf, authority.der))
    end, moment = pki.leaf.not_valid_after_utc, pki.start + timedelta(hours=1)
    state = f"R\t{end:%y%m%d%H%M%SZ}\t{moment:%y%m%d%H%M%SZ},keyCompromise" if revoked else f"V\t{end:%y%m%d%H%M%SZ}\t"
    serial = f"{pki.leaf.serial_number:X}"
    openssl.write("index.txt", f"{state}\t{serial.zfill(len(serial) + len(serial) % 2)}\tunknown\t/CN=x\n".encode())
    openssl.run(
        "ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "responder.pem", "-rkey", "responder.key", "-reqin",
        "request.der", "-respout", "answer.der", "-ndays", "2",
    )  # fmt: skip
    answer = (openssl.folder / "answer.der").read_bytes()
    told = find_revocation(leaf, authority.der, responses=[answer], lists=[], at=pki.start + timedelta(days=1))
    assert told.source == "OCSP"
    assert told.revoked == (moment if revoked else None)
    stranger = Pki(start=pki.start)
    assert find_revocation(leaf, stranger.ca.der, responses=[answer], lists=[], at=pki.start) is None
