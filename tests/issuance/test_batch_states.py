"""The contract of the state machine, the four eyes and the digest."""

from dataclasses import replace

import pytest

from issuance.house import profile
from vc_issuer.errors import RuleError
from vc_issuer.issuance.batch import FourEyes, approval_digest, check_digest, check_four_eyes, check_transition
from vc_issuer.issuance.profile import ProofPlan
from vc_issuer.model.batch import TRANSITIONS, BatchState, PreparedDigest

DOCUMENTS = (
    PreparedDigest(document_id="urn:credential:1", format="elm", sha256="a" * 64),
    PreparedDigest(document_id="urn:uuid:2", format="ob3", sha256="b" * 64),
)
RULES = {"BE-VLG-2024": "1"}


def digest(**changes):
    values = {"batch_id": "B-2025-0001", "documents": DOCUMENTS, "profile": profile(), "rules": RULES, **changes}
    return approval_digest(values["batch_id"], values["documents"], values["profile"], values["rules"])


@pytest.mark.parametrize("current", list(BatchState))
@pytest.mark.parametrize("target", list(BatchState))
def test_only_the_steps_of_the_table_are_allowed(current, target):
    if target in TRANSITIONS[current]:
        check_transition("B-2025-0001", current, target)
    else:
        with pytest.raises(RuleError, match=rf"B-2025-0001 is {current.value} and can't be {target.value}"):
            check_transition("B-2025-0001", current, target)


def test_nothing_leads_back_once_a_key_was_used():
    after = {BatchState.SIGNING, BatchState.SIGNED, BatchState.PUBLISHED}
    assert all(TRANSITIONS[state] <= after for state in after)


@pytest.mark.parametrize("approver", ["ann", "bob"])
def test_who_imported_or_prepared_may_not_approve(approver):
    with pytest.raises(RuleError, match="may not approve"):
        check_four_eyes(FourEyes(importer="ann", preparer="bob", approver=approver))
    check_four_eyes(FourEyes(importer="ann", preparer="bob", approver="cas"))


def test_the_digest_of_the_same_things_is_the_same():
    assert digest() == digest()
    assert len(digest()) == 64


@pytest.mark.parametrize(
    "changes",
    [
        {"batch_id": "B-2025-0002"},
        {"documents": DOCUMENTS[:1]},
        {"documents": DOCUMENTS[::-1]},
        {"documents": (DOCUMENTS[0], DOCUMENTS[1]._replace(sha256="c" * 64))},
        {"documents": (DOCUMENTS[0], DOCUMENTS[1]._replace(document_id="urn:uuid:3"))},
        {"documents": (DOCUMENTS[0], DOCUMENTS[1]._replace(format="elm"))},
        {"profile": profile(ob3=ProofPlan(mechanism="eddsa-rdfc-2022", key_id="did:web:x#other", options={}))},
        {"profile": profile(ob3=replace(profile().ob3, mechanism="eddsa-jcs-2022"))},
        {"profile": profile(elm=replace(profile().elm, options={"time_header": "sigT"}))},
        {"profile": profile(seal_certificate_sha256="d" * 64)},
        {"rules": {"BE-VLG-2024": "2"}},
        {"rules": {"NL": "1"}},
    ],
    ids=str,
)
def test_the_digest_changes_with_everything_that_is_approved(changes):
    assert digest(**changes) != digest()


@pytest.mark.parametrize("expected", [None, "", "0" * 64])
def test_another_digest_is_refused(expected):
    with pytest.raises(RuleError, match="not what was approved"):
        check_digest(digest(), expected, what="approved")
    check_digest(digest(), digest(), what="approved")
