"""What hostile documents come to: re-arranged (T28), poisoned (T29), odd (T30), and who is asked because of them (T26)."""

import json
import threading

import pytest
from fastapi.testclient import TestClient
from foreign import OB, V2, WEB, badge, multikey, own_did, signed
from recorded import NOW, Network, controller_document
from test_foreign_issuers import a_list, clr, pinned

from vc_issuer.config import Mode
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.model.report import Verdict
from vc_issuer.status_list import status_entry
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.trust import TrustStore
from vc_issuer.verification.verify import Verifier
from vc_issuer.web.app import create_app
from vc_issuer.wiring.catalogue import known_institution
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.home import open_home
from vc_issuer.wiring.homemaking import NewHome, make_home
from vc_issuer.wiring.trusting import verifier_for

NOT_CURRENT = {Verdict.NOT_GENUINE, Verdict.UNREADABLE, Verdict.UNKNOWN_ISSUER}


def verify(content, **trust):
    return Verifier(TrustStore(issuers=(pinned(),), **trust), directly).verify(content, "file", NOW)


def subject(document, **changes):
    return document | {"credentialSubject": document["credentialSubject"] | changes}


def achievement(document, **changes):
    return subject(document, achievement=document["credentialSubject"]["achievement"] | changes)


INLINE = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#Achievement"
REARRANGED = {
    "unknown key": lambda d: d | {"grade": "20/20"},
    "unknown object": lambda d: d | {"distinction": {"level": "summa"}},
    "unknown key deep inside": lambda d: achievement(d, grade="20/20"),
    "misspelt key": lambda d: subject(d, creditEarned=60),
    "relative type added": lambda d: d | {"type": [*d["type"], "PhD"]},
    "type of the subject added": lambda d: subject(d, type=["AchievementSubject", "PhD"]),
    "evidence with a broken id": lambda d: d | {"evidence": [{"id": "https ://x", "type": ["Evidence"]}]},
    "context that maps a term to null": lambda d: d | {"@context": [*d["@context"], {"honours": None}], "honours": "x"},
    "context that aliases a term": lambda d: d | {"@context": [*d["@context"], {"honours": INLINE}], "honours": {}},
    "context object in front": lambda d: d | {"@context": [{"name": "https://x.example/n"}, *d["@context"]]},
    "context added": lambda d: d | {"@context": [*d["@context"], "https://www.w3.org/ns/did/v1"]},
    "context removed": lambda d: d | {"@context": d["@context"][:1]},
    "contexts swapped": lambda d: d | {"@context": d["@context"][::-1]},
    "context of a stranger": lambda d: d | {"@context": [*d["@context"], "https://evil.example/context.json"]},
    "context nested": lambda d: subject(d, **{"@context": [V2, OB]}),
    "subject moved to @included": lambda d: (
        d | {"credentialSubject": {"id": "urn:x"}, "@included": [d["credentialSubject"] | {"id": "urn:x"}]}
    ),
    "@index": lambda d: subject(d, **{"@index": "summa cum laude"}),
    "@nest": lambda d: subject(d, **{"@nest": {}}),
    "issuer moved to @included": lambda d: d | {"issuer": d["issuer"]["id"], "@included": [d["issuer"]]},
    "free value in @included": lambda d: d | {"@included": [{"@value": "summa"}]},
    "empty @reverse in @included": lambda d: d | {"@included": [{"@reverse": {}}]},
    "@graph": lambda d: {"@context": d["@context"], "@graph": [d]},
    "value object": lambda d: d | {"name": {"@value": d["name"]}},
    "one-element array": lambda d: d | {"name": [d["name"]]},
    "value twice": lambda d: d | {"name": [d["name"], d["name"]]},
    "achievement as an array": lambda d: subject(d, achievement=[d["credentialSubject"]["achievement"]]),
    "subject as an array": lambda d: d | {"credentialSubject": [d["credentialSubject"]]},
    "@vocab with a new term": lambda d: d | {"@context": [*d["@context"], {"@vocab": "https://x/"}], "new": 1},
    "protected term redefined": lambda d: d | {"@context": [*d["@context"], {"name": "https://x/n"}]},
    "number as a string": lambda d: subject(d, creditsEarned="12"),
    "name of another": lambda d: d | {"name": "Doctor"},
    "blank node as an id": lambda d: d | {"id": "_:b0"},
    "no proof": lambda d: {key: value for key, value in d.items() if key != "proof"},
    "empty list of proofs": lambda d: d | {"proof": []},
}


@pytest.mark.parametrize("name", REARRANGED)
def test_a_foreign_badge_that_was_rearranged_is_never_current(name):
    """Threat T28: its issuer is pinned, so nothing but the document itself can turn the verdict."""
    good = json.loads(signed(badge(WEB)))
    assert verify(serialise_compact(good)).verdict is Verdict.CURRENT
    report = verify(serialise_compact(REARRANGED[name](good)))
    assert report.verdict in NOT_CURRENT, [(c.check.word, c.outcome.value, c.message) for c in report.checks]


def clique(size):
    """Return a badge whose graph holds a clique of nodes without an id, written as nested related nodes."""
    names = [f"_:b{number}" for number in range(size)]
    nodes = [
        {"id": name, "type": ["Related"], "related": [{"id": other} for other in names if other != name]}
        for name in names
    ]
    return achievement(badge(own_did()), related=nodes)


def equal_siblings(count):
    alignments = [
        {"type": ["Alignment"], "targetName": "The same", "targetUrl": "https://school.example/same"}
        for _ in range(count)
    ]
    return achievement(badge(own_did()), alignment=alignments)


def two_equal_achievements(count):
    return clr([equal_siblings(count) | {"id": f"urn:uuid:{number}"} for number in range(2)])


FAKE_PROOF = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2026-03-01T12:00:00Z",
    "verificationMethod": f"{own_did()}#{multikey()}",
    "proofPurpose": "assertionMethod",
    "proofValue": "z" + "3" * 87,
}


@pytest.fixture(scope="module")
def guarded():
    with verifier_for(TrustStore()) as verifier:
        yield verifier


@pytest.mark.parametrize(
    "document", [clique(8), equal_siblings(8), equal_siblings(40), two_equal_achievements(8)],
    ids=["clique of 8", "8 equal siblings", "40 equal siblings", "two records of 8"],
)  # fmt: skip
def test_a_poisoned_graph_is_refused_within_the_limits_of_its_child(guarded, document):
    """Threat T29: whatever it would cost, the child has two seconds of CPU, and the answer is no."""
    report = guarded.verify(serialise_compact(document | {"proof": FAKE_PROOF}), "poison", NOW)
    assert report.verdict in {Verdict.NOT_GENUINE, Verdict.UNREADABLE}, [c.message for c in report.checks]


def test_the_server_answers_others_while_it_chews_on_poison(tmp_path):
    home = tmp_path / "home"
    new = NewHome(path=home, issuer=known_institution("uzb"), host="credentials.uzb.example", mode=Mode.TEST)
    make_home(new, now=utc_now())
    opened = open_home(home)
    try:
        client = TestClient(create_app(opened), base_url="https://credentials.uzb.example")
        poison = serialise_compact(clique(8) | {"proof": FAKE_PROOF})
        answers = []
        chewing = threading.Thread(
            target=lambda: answers.append(client.post("/verify", files=[("file", ("p", poison))] * 3))
        )
        chewing.start()
        assert client.get("/healthz").json() == {"status": "ok"}
        chewing.join()
    finally:
        opened.close()
    assert {report["verdict"] for report in answers[0].json()["reports"]} <= {"not-genuine", "unreadable"}


CANARY = "https://canary.example/hit"
SCHEMA = "https://school.example/schema.json"


def with_every_address(**changes):
    document = badge(
        WEB,
        credentialStatus=status_entry("https://school.example/status/1", 5, purpose="revocation"),
        credentialSchema=[{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        refreshService={"id": CANARY, "type": "1EdTechCredentialRefresh"},
        evidence=[{"id": CANARY, "type": ["Evidence"]}],
        image={"id": CANARY, "type": "Image"},
    )
    extended = {"@context": [V2, OB, "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"]}
    return achievement(document | extended | changes, image={"id": CANARY, "type": "Image"})


def network():
    did_url = "https://school.example/.well-known/did.json"
    return Network({did_url: controller_document(WEB, multikey()), "https://school.example/status/1": a_list()})


def test_no_address_in_a_document_is_asked_but_its_issuers_its_lists_and_its_schemas():
    """Threat T26: images, evidence, refresh and profile addresses are never followed."""
    asked = network()
    Verifier(TrustStore(look_ups=asked.look_ups("*")), directly).verify(signed(with_every_address()), "f", NOW)
    assert asked.hosts() == {"school.example"}
    assert asked.asked[-1] == SCHEMA


@pytest.mark.parametrize(
    "broken",
    [
        lambda d: d | {"name": "Altered"},
        lambda d: d | {"@context": [*d["@context"], CANARY]},
        lambda d: d | {"proof": d["proof"][0] | {"proofValue": "z" + "3" * 87}},
        lambda d: {key: value for key, value in d.items() if key != "proof"},
        lambda d: d | {"validFrom": "never"},
    ],
    ids=["altered", "context at a canary", "other signature", "no proof", "broken structure"],
)
def test_a_document_whose_proof_does_not_hold_asks_nobody(broken):
    asked = network()
    content = serialise_compact(broken(json.loads(signed(with_every_address()))))
    Verifier(TrustStore(look_ups=asked.look_ups("*")), directly).verify(content, "f", NOW)
    assert asked.asked == []


@pytest.mark.parametrize("did", ["did:web:127.0.0.1%3A22", "did:web:school.example:..", "did:web:school.example:a%2Fb",
                                 "did:web:localhost.", "did:web:[::1]", "did:web:", "https://127.0.0.1/x"])  # fmt: skip
def test_odd_identifiers_reach_nothing_but_the_vetted_fetcher(did):
    asked = Network()
    document = badge(did)
    proof = FAKE_PROOF | {"verificationMethod": f"{did}#key-1"}
    Verifier(TrustStore(look_ups=asked.look_ups("*")), directly).verify(
        serialise_compact(document | {"proof": proof}), "f", NOW
    )
    assert {url for url in asked.asked if "/../" in url or "%2F" in url} == set()


ODD = [
    *(json.dumps(value) for value in ([], {}, "x", 1, None, True, [[]], [{}], {"type": 1}, {"type": [1]})),
    *(
        json.dumps({"type": types})
        for types in (["OpenBadgeCredential"], [None], [{}], {}, "VerifiableCredential", ["ClrCredential"],
                      ["VerifiablePresentation"], ["EndorsementCredential"], "EuropeanDigitalCredential",
                      ["EuropeanDigitalCredential"])
    ),
    *(
        json.dumps({"@context": contexts, "type": ["VerifiableCredential"]})
        for contexts in (None, 1, "x", [], [None], [[]], [{}], [1], {"@vocab": "x"}, [V2, None], [V2, {}])
    ),
    *(
        json.dumps(badge(own_did()) | {"proof": FAKE_PROOF} | change)
        for change in (
            {"issuer": None}, {"issuer": []}, {"issuer": {"id": 1}}, {"issuer": [own_did()]}, {"issuer": {}},
            {"credentialSubject": None}, {"credentialSubject": []}, {"credentialSubject": "x"},
            {"credentialSubject": {"achievement": None}}, {"credentialSubject": [{}, {}]},
            {"proof": None}, {"proof": 1}, {"proof": [1]}, {"proof": [[FAKE_PROOF]]}, {"proof": {}},
            {"proof": [FAKE_PROOF] * 9}, {"proof": FAKE_PROOF | {"proofValue": 1}},
            {"proof": FAKE_PROOF | {"created": 1}}, {"proof": FAKE_PROOF | {"verificationMethod": {}}},
            {"proof": FAKE_PROOF | {"cryptosuite": []}}, {"proof": FAKE_PROOF | {"previousProof": "urn:x"}},
            {"credentialStatus": 1}, {"credentialStatus": [1]}, {"credentialStatus": {"type": []}},
            {"credentialStatus": [[]]}, {"validFrom": 1}, {"validUntil": []}, {"validFrom": "0000-00-00T00:00:00Z"},
            {"validUntil": "9999-12-31T23:59:59-14:00"}, {"relatedResource": 1}, {"relatedResource": [{}]},
            {"endorsement": 1}, {"endorsement": ["x"]}, {"endorsement": [{}]}, {"evidence": "x"},
            {"name": {"en": "x"}}, {"__proto__": {"admin": True}}, {"constructor": 1}, {"id": 1}, {"id": ""},
        )
    ),
    '{"a":NaN}', '{"a":1e999}', '{"a":-0}', '{"type":["VerifiableCredential"],"a":' + "9" * 400 + "}",
    '{"a":"\\ud800"}', '{"type":"x","type":"y"}', '{"a":' * 40 + "1" + "}" * 40, "[" * 5000, '{"a":1} {"b":2}', "\x00{}",
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(ODD)))
def test_an_odd_json_gets_a_verdict_and_never_an_accident(place):
    """Threat T30: whatever the types are, the answer is a report, and not a good one."""
    report = verify(ODD[place].encode("utf-8", "surrogatepass"))
    assert report.verdict in NOT_CURRENT | {Verdict.NOT_YET_VALID}


def test_there_are_sixty_odd_ones():
    assert len(ODD) >= 60
