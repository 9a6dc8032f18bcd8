"""Freshly signed credentials against the strict verifier of the mount, over HTTP, with status lists served beside it.

Each row is a question that peer libraries answer in more than one way (black-box probes of the W3C's specifications).
"""

import copy
import gzip
import json
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from builders_keys import signing_key
from vc_issuer.encoding.contexts import conformance_contexts
from vc_issuer.encoding.digests import sri_digest
from vc_issuer.encoding.multikey import base58_decode, base58_encode, base64url_encode
from vc_issuer.model.keys import KeyAlgorithm, SigningKey, VerificationMethod
from vc_issuer.securing.cryptosuites import cryptosuite
from vc_issuer.securing.data_integrity import add_proof, hash_data
from vc_issuer.securing.proof_terms import AUTHENTICATION, ProofOptions
from vc_issuer.status_list import build_status_list, encode_bits, make_bits, status_entry
from vc_issuer.wiring.clock import utc_now

V2, EXAMPLES = "https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"
NOW = utc_now()
HOUR = timedelta(hours=1)
ED, P256, P384 = signing_key(), signing_key(KeyAlgorithm.P256), signing_key(KeyAlgorithm.P384)
OTHER, HOLDER = signing_key(seed="other"), signing_key(seed="holder")
CONTEXTS = conformance_contexts()
STRICT, PRESENT = "/conformance/strict/credentials/verify", "/conformance/presentations/verify"
RDFC, JCS = "eddsa-rdfc-2022", "eddsa-jcs-2022"


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def document(key=ED, **members):
    return {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "issuer": key.method.controller,
        "validFrom": stamp(NOW - HOUR),
        "credentialSubject": {"id": "did:example:subject"},
        "name": "Probe",
        **members,
    }


def signed(unsigned=None, suite=RDFC, key=ED, *, single=True, **options):
    options = {"created": NOW - HOUR, **options}
    secured = add_proof(unsigned or document(key), cryptosuite(suite), key, ProofOptions(**options), contexts=CONTEXTS)
    return {**secured, "proof": secured["proof"][0]} if single and len(secured["proof"]) == 1 else secured


def status_of(client, secured, **options):
    answer = client.post(STRICT, json={"verifiableCredential": secured, "options": options})
    assert answer.status_code in (200, 400), answer.text
    return answer.status_code


def proof_with(secured, **changes):
    proof = {name: value for name, value in {**secured["proof"], **changes}.items() if value is not None}
    return {**secured, "proof": proof}


def chain(*, second_names="urn:uuid:1", broken=False):
    first = signed(single=False, id="urn:uuid:1")
    both = add_proof(
        first, cryptosuite(RDFC), ED, ProofOptions(created=NOW - HOUR, previous=("urn:uuid:1",)), contexts=CONTEXTS
    )
    proofs = copy.deepcopy(both["proof"])
    proofs[1]["previousProof"] = second_names
    if broken:
        proofs[0]["created"] = stamp(NOW)
    return {**both, "proof": proofs}


ACCEPTED = {
    "eddsa-rdfc-2022": signed,
    "eddsa-jcs-2022": lambda: signed(suite=JCS),
    "jcs with an object among the contexts": lambda: signed(
        document(**{"@context": [V2, {"x": "https://x.example/x"}], "x": "y"}), JCS
    ),
    "ecdsa-rdfc-2019 P-256": lambda: signed(suite="ecdsa-rdfc-2019", key=P256),
    "ecdsa-rdfc-2019 P-384": lambda: signed(suite="ecdsa-rdfc-2019", key=P384),
    "ecdsa-jcs-2019": lambda: signed(suite="ecdsa-jcs-2019", key=P256),
    "expires in the future": lambda: signed(expires=NOW + HOUR),
    "other order of members, rdfc": lambda: dict(reversed(signed().items())),
    "other order of members, jcs": lambda: dict(reversed(signed(suite=JCS).items())),
    "language and direction": lambda: signed(
        document(name={"@value": "شهادة", "@language": "ar", "@direction": "rtl"})
    ),
    "set of two": lambda: add_proof(signed(single=False), cryptosuite(JCS), ED, ProofOptions(created=NOW - HOUR)),
    "chain": chain,
    "inline context": lambda: signed(document(**{"@context": [V2, {"x": "https://x.example/x"}], "x": "y"})),
    "relatedResource": lambda: signed(
        document(relatedResource={"id": V2, "digestSRI": sri_digest(CONTEXTS.contents[V2])})
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_good_credential_is_accepted(client, name):
    assert status_of(client, ACCEPTED[name]()) == 200


def test_a_proof_without_its_time_is_accepted(client):
    secured = signed()
    proof = {name: value for name, value in secured["proof"].items() if name not in ("created", "proofValue")}
    unsigned = {name: value for name, value in secured.items() if name != "proof"}
    value = ED.signer.sign(hash_data(unsigned, proof, cryptosuite(RDFC), ED.method))
    assert status_of(client, {**unsigned, "proof": {**proof, "proofValue": "z" + base58_encode(value)}}) == 200


def der_of(value):
    raw = base58_decode(value[1:])
    return "z" + base58_encode(encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:])))


def higher_s(value):
    raw = base58_decode(value[1:])
    order = 2**252 + 27742317777372353535851937790883648493
    return "z" + base58_encode(raw[:32] + (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little"))


def without_fragment():
    method = VerificationMethod(
        id=ED.method.controller, controller=ED.method.controller, public_key=ED.method.public_key
    )
    return signed(key=SigningKey(method=method, signer=ED.signer))


def small_order():
    """A proof that anybody can make: R the neutral element, S zero, under a key of order one."""
    multikey = "z" + base58_encode(b"\xed\x01" + b"\x01" + bytes(31))
    did = f"did:key:{multikey}"
    proof = {**signed()["proof"], "verificationMethod": f"{did}#{multikey}"}
    return {**document(issuer=did), "proof": {**proof, "proofValue": "z" + base58_encode(b"\x01" + bytes(63))}}


def with_digest(digest):
    return signed(document(relatedResource={"id": V2, "digestSRI": digest}))


REFUSED = {
    "changed claim, rdfc": lambda: {**signed(), "name": "Other"},
    "changed claim, jcs": lambda: {**signed(suite=JCS), "name": "Other"},
    "undefined term added": lambda: {**signed(), "grade": "20"},
    "undefined type added": lambda: {**signed(), "type": ["VerifiableCredential", "PhD"]},
    "direction changed": lambda: {
        **signed(document(name={"@value": "x", "@language": "ar", "@direction": "rtl"})),
        "name": {"@value": "x", "@language": "ar", "@direction": "ltr"},
    },
    "direction dropped": lambda: {
        **signed(document(name={"@value": "x", "@language": "ar", "@direction": "rtl"})),
        "name": {"@value": "x", "@language": "ar"},
    },
    "created changed": lambda: proof_with(signed(), created=stamp(NOW)),
    "expires added": lambda: proof_with(signed(), expires=stamp(NOW + HOUR)),
    "jcs context that is no prefix": lambda: proof_with(signed(suite=JCS), **{"@context": [EXAMPLES]}),
    "context appended under jcs": lambda: {**signed(suite=JCS), "@context": [V2, "https://mill.example/context"]},
    "u for a proof value": lambda: proof_with(
        signed(), proofValue="u" + base64url_encode(base58_decode(signed()["proof"]["proofValue"][1:]))
    ),
    "no multibase header": lambda: proof_with(signed(), proofValue=signed()["proof"]["proofValue"][1:]),
    "S plus L": lambda: proof_with(signed(), proofValue=higher_s(signed()["proof"]["proofValue"])),
    "small-order key": small_order,
    "DER": lambda: proof_with(
        (secured := signed(suite="ecdsa-rdfc-2019", key=P256)), proofValue=der_of(secured["proof"]["proofValue"])
    ),
    "suite that does not fit the key": lambda: proof_with(signed(), cryptosuite="ecdsa-rdfc-2019"),
    "method of another DID": lambda: proof_with(signed(), verificationMethod=OTHER.method.id),
    "method without fragment": without_fragment,
    "issuer does not control the key": lambda: signed(document(OTHER), key=ED),
    "purpose authentication": lambda: signed(purpose=AUTHENTICATION),
    "proof expired": lambda: signed(expires=NOW - HOUR / 2),
    "validUntil past": lambda: signed(document(validUntil=stamp(NOW - HOUR / 2))),
    "validFrom future": lambda: signed(document(validFrom=stamp(NOW + HOUR))),
    "validUntil before validFrom": lambda: signed(document(validUntil=stamp(NOW - 2 * HOUR))),
    "junk around validFrom": lambda: signed(document(validFrom=f"x {stamp(NOW - HOUR)}"), JCS),
    "junk around created": lambda: proof_with(signed(), created=f"{stamp(NOW - HOUR)}junk"),
    "no subject": lambda: signed(document(credentialSubject=[]), JCS),
    "empty subject in a list": lambda: signed(document(credentialSubject=[{"id": "did:example:s"}, {}]), JCS),
    "relatedResource with a wrong digest": lambda: with_digest(sri_digest(b"other")),
    "one bad proof of a set": lambda: {
        **signed(),
        "proof": [signed()["proof"], {**signed()["proof"], "created": stamp(NOW)}],
    },
    "chain with a missing link": lambda: chain(second_names="urn:uuid:2"),
    "chain with a broken link": lambda: chain(broken=True),
    "null member": lambda: {**signed(), "description": None},
    "unknown suite": lambda: proof_with(signed(), cryptosuite="bbs-2023"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_credential_is_refused(client, name):
    assert status_of(client, REFUSED[name]()) == 400


def test_a_member_that_stands_twice_is_refused(client):
    text = json.dumps({"verifiableCredential": signed()})
    twice = text.replace('"name": "Probe"', '"name": "Other", "name": "Probe"')
    answer = client.post(STRICT, content=twice, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert "stands twice" in answer.text


@pytest.mark.parametrize(("asked", "status"), [({"domain": "a.example", "challenge": "c"}, 200), ({"domain": "b.example"}, 400), ({"challenge": "d"}, 400)])  # fmt: skip
def test_domain_and_challenge_of_a_credential_must_match_where_they_are_asked(client, asked, status):
    assert status_of(client, signed(domain=("a.example",), challenge="c"), **asked) == status


class Lists(BaseHTTPRequestHandler):
    """Serve what the test has put there."""

    content = {}  # noqa: RUF012

    def do_GET(self):
        found = self.content.get(self.path)
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(found or b"")

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def lists():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Lists)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


INDEX = 4711


def with_status(lists, name, *, bits=(), purpose="revocation", entry=None, key=ED, listed=None, more=()):
    """Return a credential with a status entry whose list is served under `name`."""
    url = f"{lists}/{name}"
    unsigned = build_status_list(
        url, make_bits(bits), issuer=key.method.controller, purpose=purpose, valid_from=NOW - HOUR
    )
    unsigned = {**unsigned, **(listed or {})}
    Lists.content[f"/{name}"] = json.dumps(signed(unsigned, key=key)).encode()
    own = {**status_entry(url, INDEX, purpose="revocation"), **(entry or {})}
    return signed(document(credentialStatus=[own, *more] if more else own))


def subject_with(lists, name, **changes):
    url = f"{lists}/{name}"
    subject = dict(
        build_status_list(url, make_bits(()), issuer="x", purpose="revocation", valid_from=NOW)["credentialSubject"]
    )
    return {"credentialSubject": subject | changes}


STATUSES = {
    "not set": (200, {}),
    "neighbours set": (200, {"bits": (INDEX - 1, INDEX + 1)}),
    "purposes as a list": (200, {"subject": {"statusPurpose": ["revocation", "suspension"]}}),
    "revoked": (400, {"bits": (INDEX,)}),
    "suspended": (400, {"bits": (INDEX,), "purpose": "suspension", "entry": {"statusPurpose": "suspension"}}),
    "short list": (400, {"subject": {"encodedList": encode_bits(bytes(1000))}}),
    "index past the end": (400, {"entry": {"statusListIndex": "131072"}}),
    "negative index": (400, {"entry": {"statusListIndex": "-1"}}),
    "index with junk": (400, {"entry": {"statusListIndex": "7abc"}}),
    "another purpose": (400, {"purpose": "suspension"}),
    "expired list": (400, {"listed": {"validUntil": stamp(NOW - HOUR / 2)}}),
    "list of another issuer": (400, {"key": OTHER}),
    "encoded without its header": (400, {"subject": {"encodedList": encode_bits(make_bits(()))[1:]}}),
    "wrong type": (400, {"listed": {"type": ["VerifiableCredential"]}}),
    "a bomb": (400, {"subject": {"encodedList": "u" + base64url_encode(gzip.compress(bytes(64 * 2**20)))}}),
}


@pytest.mark.parametrize("name", STATUSES)
def test_a_status_list_is_read_as_the_specification_says(client, lists, name):
    outcome, how = STATUSES[name]
    how = dict(how)
    path = name.replace(" ", "-")
    subject = how.pop("subject", None)
    if subject:
        how["listed"] = subject_with(lists, path, **subject)
    assert status_of(client, with_status(lists, path, **how)) == outcome


def test_a_tampered_an_absent_and_a_second_status(client, lists):
    secured = with_status(lists, "tampered")
    tampered = json.loads(Lists.content["/tampered"])
    tampered["credentialSubject"]["encodedList"] = encode_bits(make_bits((9,)))
    Lists.content["/tampered"] = json.dumps(tampered).encode()
    assert status_of(client, secured) == 400
    assert (
        status_of(client, signed(document(credentialStatus=status_entry(f"{lists}/absent", 7, purpose="revocation"))))
        == 400
    )
    with_status(lists, "second", bits=(INDEX,))
    more = ({**status_entry(f"{lists}/second", INDEX, purpose="revocation")},)
    assert status_of(client, with_status(lists, "first", more=more)) == 400


def presentation(credentials=(), holder=None, **options):
    unsigned = {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "holder": holder or HOLDER.method.controller,
        "verifiableCredential": list(credentials),
    }
    options = {"purpose": AUTHENTICATION, "challenge": "c", "domain": ("a.example",), **options}
    return signed(unsigned, key=HOLDER, **options)


PRESENTATIONS = {
    "good": (200, lambda: presentation([signed()]), {"challenge": "c", "domain": "a.example"}),
    "empty": (200, presentation, {"challenge": "c"}),
    "other challenge": (400, lambda: presentation([signed()]), {"challenge": "d", "domain": "a.example"}),
    "other domain": (400, lambda: presentation([signed()]), {"challenge": "c", "domain": "b.example"}),
    "no challenge asked": (400, lambda: presentation([signed()]), {}),
    "no challenge given": (400, lambda: presentation([signed()], challenge=""), {"challenge": "c"}),
    "changed credential": (400, lambda: presentation([{**signed(), "name": "Other"}]), {"challenge": "c"}),
    "credential changed after": (400, lambda: {**presentation([signed()]), "verifiableCredential": [signed(suite=JCS)]}, {"challenge": "c"}),
    "swapped holder": (400, lambda: {**presentation(), "holder": OTHER.method.controller}, {"challenge": "c"}),
    "holder of another key": (400, lambda: presentation(holder=OTHER.method.controller), {"challenge": "c"}),
    "for an assertion": (400, lambda: presentation(purpose="assertionMethod"), {"challenge": "c"}),
}  # fmt: skip


@pytest.mark.parametrize("name", PRESENTATIONS)
def test_a_presentation_answers_what_was_asked(client, name):
    outcome, make, options = PRESENTATIONS[name]
    answer = client.post(PRESENT, json={"verifiablePresentation": make(), "options": options})
    assert answer.status_code == outcome, answer.text
