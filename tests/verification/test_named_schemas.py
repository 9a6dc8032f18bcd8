"""Check 13: the schema that a credential names. Asked for after the proof, from allowed hosts, and never believed."""

import json

import pytest
from foreign import OB, V2, WEB, badge, signed
from recorded import NOW, Network
from test_foreign_issuers import message, outcome, pinned

from vc_issuer.encoding.digests import sri_digest
from vc_issuer.errors import UnreadableError
from vc_issuer.model.report import CheckId, Outcome, Verdict
from vc_issuer.sandbox import Sandbox
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.trust import TrustStore
from vc_issuer.verification.verify import Verifier

URL = "https://school.example/schema.json"
NAMED = {"id": URL, "type": "1EdTechJsonSchemaValidator2019"}
FITTING = {
    "$schema": "https://json-schema.org/draft/2019-09/schema",
    "type": "object",
    "required": ["name", "proof"],
    "properties": {"name": {"const": "Welding"}},
}
BREAKING = FITTING | {"properties": {"name": {"maxLength": 3}}}


def naming(entries, **changes):
    entries = [entries] if isinstance(entries, dict) else entries
    contexts = [V2, OB, "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"]
    return signed(badge(WEB, credentialSchema=entries, **{"@context": contexts, **changes}))


def verify(schema=None, *, named=NAMED, guard=directly, hosts=("school.example",), content=None, **trust):
    network = Network({} if schema is None else {URL: schema})
    content = content or naming(named)
    store = TrustStore(issuers=(pinned(),), look_ups=network.look_ups(*hosts) if hosts else None, **trust)
    return Verifier(store, guard).verify(content, "file", NOW), network


@pytest.mark.parametrize("kind", ["1EdTechJsonSchemaValidator2019", "JsonSchema", ["JsonSchema"]])
def test_a_credential_that_holds_to_the_schema_that_it_names_passes(kind):
    report, network = verify(FITTING, named=NAMED | {"type": kind})
    assert (report.verdict, outcome(report, CheckId.SCHEMA)) == (Verdict.CURRENT, Outcome.PASSED)
    assert network.asked == [URL]


def test_one_that_breaks_it_fails_and_names_the_place_and_no_value():
    report, _ = verify(BREAKING)
    assert (report.verdict, outcome(report, CheckId.SCHEMA)) == (Verdict.NOT_GENUINE, Outcome.FAILED)
    assert f"{URL}: name: the value" in message(report, CheckId.SCHEMA)
    assert "Welding" not in message(report, CheckId.SCHEMA)


@pytest.mark.parametrize("hosts", [None, ("elsewhere.example",)])
def test_offline_or_at_a_host_that_may_not_be_asked_it_is_not_checked_and_costs_no_verdict(hosts):
    report, network = verify(BREAKING, hosts=hosts)
    assert (report.verdict, outcome(report, CheckId.SCHEMA)) == (Verdict.CURRENT, Outcome.INDETERMINATE)
    assert network.asked == []


@pytest.mark.parametrize(
    "schema",
    [
        None,
        b"<html>",
        b"[1]",
        b'{"type": 5}',
        b'{"$schema": "https://school.example/meta"}',
        b'{"pattern": "("}',
        b'{"a":' * 80 + b"1" + b"}" * 80,
        {"$ref": "https://school.example/other.json"},
        {"$ref": "http://169.254.169.254/latest"},
        {"allOf": [{"$ref": "file:///etc/passwd"}]},
        {"$dynamicRef": "https://school.example/other.json#x"},
    ],
)
def test_a_schema_that_can_not_be_had_or_used_says_nothing_and_fetches_nothing_more(schema):
    report, network = verify(schema)
    assert (report.verdict, outcome(report, CheckId.SCHEMA)) == (Verdict.CURRENT, Outcome.INDETERMINATE)
    assert network.asked == [URL]


def test_nothing_is_fetched_for_a_file_whose_proof_does_not_hold():
    content = naming(NAMED).replace(b"Joins metal.", b"Joins metals")
    report, network = verify(FITTING, content=content)
    assert outcome(report, CheckId.SCHEMA) is Outcome.INDETERMINATE
    assert network.asked == []


@pytest.mark.parametrize(
    "url",
    ["http://school.example/s", "https://school.example:8443/s", "https://127.0.0.1/s", "file:///etc/passwd"],
)
def test_a_schema_elsewhere_than_on_public_https_is_never_asked_for(url):
    report, network = verify(FITTING, named=NAMED | {"id": url}, hosts=("*",))
    assert outcome(report, CheckId.SCHEMA) is not Outcome.FAILED
    assert network.asked in ([], ["https://127.0.0.1/s"])  # the recorded resolver calls every name public


def test_the_schemas_of_1edtech_are_held_here_and_not_asked_for():
    url = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
    report, network = verify(named=NAMED | {"id": url}, hosts=("*",))
    assert report.verdict is Verdict.CURRENT
    assert CheckId.SCHEMA not in {result.check for result in report.checks}
    assert network.asked == []


def test_a_schema_of_another_kind_is_not_asked_for():
    report, network = verify(FITTING, named=NAMED | {"type": "JsonSchemaCredential"})
    assert outcome(report, CheckId.SCHEMA) is Outcome.INDETERMINATE
    assert network.asked == []


def test_a_schema_counts_only_with_the_digest_that_the_credential_states():
    content = json.dumps(BREAKING).encode()
    stated = {**NAMED, "digestSRI": sri_digest(content)}
    assert outcome(verify(content, named=stated)[0], CheckId.SCHEMA) is Outcome.FAILED
    report, _ = verify(content + b" ", named=stated)
    assert outcome(report, CheckId.SCHEMA) is Outcome.INDETERMINATE
    assert "not the schema that the credential means" in message(report, CheckId.SCHEMA)


def test_of_many_schemas_two_are_looked_at_and_the_rest_is_said():
    report, network = verify(FITTING, named=[NAMED | {"id": f"{URL}?{number}"} for number in range(5)])
    assert outcome(report, CheckId.SCHEMA) is Outcome.INDETERMINATE
    assert len(network.asked) == 2


def test_a_pattern_that_never_ends_is_cut_off():
    slow = {"properties": {"name": {"type": "string", "pattern": r"^(?:(\w+)\1?)+$(?<=x)\1"}}}
    report, _ = verify(slow, content=naming(NAMED, name="a" * 5000))
    assert outcome(report, CheckId.SCHEMA) is Outcome.INDETERMINATE
    assert "pattern" in message(report, CheckId.SCHEMA)


def test_a_schema_that_takes_too_much_work_is_cut_off_in_the_child():
    doubling = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)}
    schema = {"$ref": "#/$defs/d0", "$defs": doubling | {"d40": {"type": "object"}}}
    with Sandbox() as sandbox:
        report, _ = verify(schema, guard=sandbox.run)
    assert (report.verdict, outcome(report, CheckId.SCHEMA)) == (Verdict.CURRENT, Outcome.INDETERMINATE)
    assert "can't be used" in message(report, CheckId.SCHEMA)


def test_what_the_child_calls_too_much_is_no_fault_of_the_credential():
    def too_much(function, *arguments):
        if function.__name__ == "breaches_of":
            raise UnreadableError("reading it took more work than is allowed")
        return function(*arguments)

    report, _ = verify(FITTING, guard=too_much)
    assert outcome(report, CheckId.SCHEMA) is Outcome.INDETERMINATE
