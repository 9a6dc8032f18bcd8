"""What people drop and is no credential: recognised, explained, never current, through every door and in every language."""

import html
import json
import secrets
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from foreign import WEB, key_of, multikey
from recorded import NOW, controller_document
from test_foreign_issuers import LIST_URL, a_list, message, pinned
from typer.testing import CliRunner

from vc_issuer.cli.main import command_line
from vc_issuer.config import Mode
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.model.report import CheckId, OtherDocument, Verdict
from vc_issuer.recognition.verdict_words import in_one_line, verdict_words
from vc_issuer.recognition.wording import LANGUAGES, sayer
from vc_issuer.securing.vc_jose import VcJose
from vc_issuer.status_list import build_status_list, encode_bits, make_bits
from vc_issuer.verification.others import OTHERS
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.trust import TrustStore
from vc_issuer.verification.verify import Verifier
from vc_issuer.web.app import create_app
from vc_issuer.wiring.catalogue import known_institution
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.home import open_home
from vc_issuer.wiring.homemaking import NewHome, make_home

SCHOOL = "https://school.example"


def written(document):
    return json.dumps(document).encode()


def verify(content, **trust):
    return Verifier(TrustStore(**trust), directly).verify(content, "file", NOW)


@pytest.mark.parametrize(
    ("content", "other"),
    [
        (a_list(), OtherDocument(kind="status-list", of=WEB, count=131_072, purpose="revocation")),
        (
            written(
                json.loads(a_list())
                | {"type": ["VerifiableCredential", "StatusList2021Credential"]}
                | {"@context": ["https://www.w3.org/ns/credentials/v2", "https://w3id.org/vc/status-list/2021/v1"]}
            ),
            OtherDocument(kind="status-list", of=WEB, count=131_072, purpose="revocation"),
        ),
        (
            written({"id": f"{SCHOOL}/revoked", "issuer": SCHOOL, "revokedCredential": [{"id": "urn:uuid:1"}]}),
            OtherDocument(kind="status-list", of=SCHOOL, count=1),
        ),
        (
            written(controller_document(WEB, multikey())),
            OtherDocument(kind="did-document", of=WEB, count=1),
        ),
        (
            written({"id": SCHOOL, "type": ["Profile"], "name": "School"}),
            OtherDocument(kind="issuer-profile", of=SCHOOL),
        ),
        (
            written({"@context": "https://w3id.org/openbadges/v2", "type": "Issuer", "id": SCHOOL}),
            OtherDocument(kind="issuer-profile", of=SCHOOL),
        ),
        (written({"id": f"{SCHOOL}/a", "type": ["Achievement"]}), OtherDocument(kind="achievement")),
        (
            written({"@context": "https://w3id.org/openbadges/v2", "type": "BadgeClass", "issuer": SCHOOL}),
            OtherDocument(kind="achievement", of=SCHOOL),
        ),
    ],
)
def test_a_known_document_that_is_no_credential_is_named_and_never_current(content, other):
    report = verify(content)
    assert report.other == other
    assert report.format == other.kind
    assert report.verdict in {Verdict.UNREADABLE, Verdict.UNKNOWN_ISSUER}
    assert "Ask the holder for the credential itself." in message(report, CheckId.RECOGNISE)


def test_a_status_list_is_named_by_the_trust_source_once_its_signature_holds_and_not_before():
    report = verify(a_list(), issuers=(pinned(),))
    assert (report.other.name, report.verdict) == ("School in the register", Verdict.CURRENT)
    assert verdict_words(report, sayer("en")).tone == "wait"
    forged = written(json.loads(a_list()) | {"validFrom": "2026-01-01T00:00:00Z"})
    report = verify(forged, issuers=(pinned(),))
    assert (report.other.name, report.verdict) == ("", Verdict.NOT_GENUINE)
    assert verdict_words(report, sayer("en")).sentence == "Not genuine"


def test_a_list_is_held_to_the_key_for_lists_where_an_issuer_has_one():
    issuer = pinned()
    (method,) = issuer.methods
    for purpose, verdict in ((KeyPurpose.STATUS, Verdict.CURRENT), (KeyPurpose.CREDENTIAL, Verdict.NOT_GENUINE)):
        report = verify(a_list(), issuers=(replace(issuer, purposes={method.id: purpose}),))
        assert report.verdict is verdict, report


def test_a_list_larger_than_any_credential_is_still_named():
    bits = bytearray(make_bits([], 8 * 2**20))
    bits[: 2**19] = secrets.token_bytes(2**19)
    document = build_status_list(LIST_URL, bytes(bits), issuer=WEB, purpose="revocation", valid_from=NOW)
    content = written(document)
    assert len(content) > 512 * 1024
    assert verify(content).other == OtherDocument(kind="status-list", of=WEB, count=8 * 2**20, purpose="revocation")


@pytest.mark.parametrize("encoded", [encode_bits(make_bits([]))[:-9], "u", "x", 5, None, {}])
def test_a_list_that_can_not_be_counted_is_named_without_a_number(encoded):
    document = {"type": ["BitstringStatusListCredential"], "credentialSubject": {"encodedList": encoded}}
    assert verify(written(document)).other.count is None


@pytest.mark.parametrize("own_id", ["<script>alert(1)</script> x", "did:web:\u202eevil", 7, ["x"], {"id": "y"}])
def test_an_id_that_is_none_is_not_repeated(own_id):
    assert verify(written({"type": ["Profile"], "id": own_id})).other.of == ""


@pytest.mark.parametrize(
    "document",
    [
        {"type": ["VerifiableCredential", "Profile"], "id": SCHOOL},
        {"type": ["Profile"], "credentialSubject": {}},
        {"id": 5, "verificationMethod": []},
        {"type": [["Profile"]]},
        {"verificationMethod": []},
    ],
)
def test_what_only_resembles_such_a_document_is_judged_as_before(document):
    assert verify(written(document)).other is None


def test_a_token_with_a_status_list_is_one_too():
    document = build_status_list(LIST_URL, make_bits([]), issuer=WEB, purpose="revocation", valid_from=NOW)
    report = verify(VcJose().secure(document, key_of(WEB), NOW).content, issuers=(pinned(),))
    assert report.other.name == "School in the register"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(kind.word for kind in OTHERS))
def test_every_such_document_has_its_words_in_every_language(kind, language):
    counted = {"status-list": 5, "did-document": 2}.get(kind)
    other = OtherDocument(kind=kind, of=WEB, count=counted)
    report = verify(a_list())
    words = verdict_words(replace_other(report, other), sayer(language))
    assert WEB in words.advice
    assert counted is None or str(counted) in words.advice
    named = verdict_words(replace_other(report, OtherDocument(kind=kind, name="Zennebeek")), sayer(language))
    assert "Zennebeek" in named.advice


def replace_other(report, other):
    return type(report)(**{name: getattr(report, name) for name in report.__slots__} | {"other": other})


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    home = tmp_path_factory.mktemp("others") / "home"
    new = NewHome(path=home, issuer=known_institution("uzb"), host="credentials.uzb.example", mode=Mode.TEST)
    make_home(new, now=utc_now())
    opened = open_home(home)
    yield TestClient(create_app(opened), base_url="https://credentials.uzb.example")
    opened.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_answer_print_table_and_command_say_the_same_in_every_language(client, language, tmp_path):
    file = tmp_path / "list.json"
    file.write_bytes(a_list())
    words = verdict_words(verify(a_list()), sayer(language))
    address, posted = f"/verify?lang={language}", [("files", ("list.json", a_list()))]
    page = html.unescape(client.post(address, files=posted, headers={"accept": "text/html"}).text)
    assert words.sentence in page
    assert words.advice in page
    [report] = client.post(address, files=posted, headers={"accept": "application/json"}).json()["reports"]
    assert report["other"]["text"] == in_one_line(words)
    assert report["recognition"] == []
    assert client.post(address, files=posted, headers={"accept": "application/pdf"}).content.startswith(b"%PDF")
    assert words.sentence in client.post(address, files=posted, headers={"accept": "text/csv"}).content.decode(
        "utf-8-sig"
    )
    run = CliRunner().invoke(command_line(), ["verify", str(file), "--lang", language])
    assert run.exit_code == 3
    assert " ".join(in_one_line(words).split()) in " ".join(run.output.split())
