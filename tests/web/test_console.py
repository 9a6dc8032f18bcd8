"""The registrar's console: what each account sees of a batch and may do with it, and how a refusal is said and noted."""

import html
import re
from dataclasses import fields

import pytest
from sqlalchemy import update

from consoles import address, give_passwords, home_with_passwords, told
from offices import office_of, prepare
from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.model.batch import BatchState
from vc_issuer.model.credential import CredentialSummary, FormatName
from vc_issuer.securing.jades import PAYLOAD_LIMITS
from vc_issuer.store.audit import audit_entries
from vc_issuer.store.batches import get_batch
from vc_issuer.store.credentials import prepared_parts
from vc_issuer.store.people import add_account
from vc_issuer.store.tables import batches, document_parts
from vc_issuer.web.signed_facts import NOT_SAID, SHOWN_ABOVE
from vc_issuer.web.wording import page_texts


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A home with a prepared batch of two learners, and a registrar who prepares and approves nothing."""
    path = home_with_passwords(tmp_path_factory.mktemp("ready") / "home")
    with office_of(path) as office, office.home.database.writing() as session:
        add_account(session, "keeper", roles=("registrar",), deed=office.deed())
        add_account(session, "both", roles=("preparer", "approver"), deed=office.deed())
    give_passwords(path, "keeper", "both")
    prepare(path, rows=2)
    return path


@pytest.fixture
def batch(site):
    with site.home.database.reading() as session:
        return get_batch(session, f"B-{site.home.now().year}-0001")


def state(site, batch):
    with site.home.database.reading() as session:
        return get_batch(session, batch.id).state


def refused(site, batch):
    with site.home.database.reading() as session:
        entries = list(audit_entries(session, subject=batch.id))
    return [(each.actor, each.action) for each in entries if each.action.endswith(".refused")]


def test_the_list_names_every_batch_with_its_state_and_who_prepared_it(site, batch):
    page = site.browser("keeper").get("/registrar").text
    assert batch.title in page
    assert f'href="{address(batch.id)}"' in page
    assert "Awaits approval" in page
    assert "<bdi>preparer</bdi>" in page


def test_an_approver_looks_and_approves(site, batch):
    browser = site.browser("approver")
    browser.get(address(batch.id))
    review = browser.post(address(batch.id, "review"))
    assert review.status_code == 200
    assert batch.digest in review.text
    assert "Ioana Ruxandra Ţîrlea" in review.text
    answer = browser.post(address(batch.id, "approve"), looked="yes")
    assert (answer.status_code, answer.headers["location"]) == (303, address(batch.id))
    assert state(site, batch) is BatchState.APPROVED
    with site.home.database.reading() as session:
        assert get_batch(session, batch.id).approved_by == "approver"
    assert refused(site, batch) == []


def test_no_learner_stands_in_an_address(site, batch):
    browser = site.browser("approver")
    pages = [browser.get("/registrar"), browser.get(address(batch.id)), browser.post(address(batch.id, "review"))]
    links = {link for page in pages for link in re.findall(r'(?:href|action|src)="([^"]*)"', page.text)}
    shape = re.compile(
        r"(/registrar(/sign-out|/batches/B-\d{4}-\d{4}(/[a-z]+)?)?|/static/[a-z.]+|/issuer|#main)?(\?lang=..)?"
    )
    assert [link for link in links if not shape.fullmatch(link)] == []


def test_the_sample_states_every_fact_of_its_documents(site, batch):
    browser = site.browser("approver")
    browser.get(address(batch.id))
    page = browser.post(address(batch.id, "review"))
    with site.home.database.reading() as session:
        parts = [part for n in (1, 2) for part in prepared_parts(session, batch.id, first=n, last=n)]
    for part in parts:
        if part.format is FormatName.ELM:
            summary = ElmFormat().summarise(parse_strict(part.content, limits=PAYLOAD_LIMITS), part.language)
            for name in ("learner_name", "student_number", "title", "number", "issuer_name", "description", "term"):
                assert html.escape(getattr(summary, name)) in page.text, name
            for outcome in summary.outcomes:
                assert html.escape(outcome.title) in page.text
            assert summary.id in page.text
            assert summary.eqf.iri in page.text


def test_every_member_of_a_summary_is_shown_or_left_out_on_purpose():
    for member in fields(CredentialSummary):
        said = member.name in SHOWN_ABOVE | NOT_SAID
        assert said != (f"signed.{member.name}" in page_texts()), member.name


def test_what_stands_in_a_sample_is_escaped(site, batch):
    with site.home.database.writing() as session:
        values = {"title": "<script>alert(1)</script>\"'{{7*7}}"}
        session.connection.execute(update(batches).where(batches.c.id == batch.id).values(**values))
    browser = site.browser("approver")
    for page in (browser.get("/registrar"), browser.get(address(batch.id)), browser.post(address(batch.id, "review"))):
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text
        assert "49" not in re.findall(r"<bdi>(.*?)</bdi>", page.text)[0]


@pytest.mark.parametrize("account", ["preparer", "keeper"])
def test_a_missing_role_is_refused_said_and_noted(site, batch, account):
    browser = site.browser(account)
    assert "Look before approving" not in browser.get(address(batch.id)).text
    for act in ("review", "approve"):
        answer = browser.post(address(batch.id, act), digest=batch.digest, seen="x")
        assert answer.status_code == 409
        assert "may not do this: it takes approver" in told(answer)
        assert "The attempt stands in the audit log" in answer.text
    assert refused(site, batch) == [(account, "batch.review.refused"), (account, "batch.approve.refused")]
    assert state(site, batch) is BatchState.PREPARED


def test_nobody_approves_what_they_prepared_themselves(site, batch):
    with site.home.database.writing() as session:
        session.connection.execute(update(batches).where(batches.c.id == batch.id).values(prepared_by="both"))
    browser = site.browser("both")
    page = browser.get(address(batch.id))
    assert "You imported or prepared this batch. Somebody else approves it." in page.text
    assert browser.post(address(batch.id, "review")).status_code == 200
    answer = browser.post(address(batch.id, "approve"), looked="yes")
    assert answer.status_code == 409
    assert "approve" in told(answer)
    assert state(site, batch) is BatchState.PREPARED
    assert refused(site, batch) == [("both", "batch.approve.refused")]


def test_an_approval_takes_the_token_that_came_with_the_sample(site, batch):
    mine, theirs = site.browser("approver"), site.browser("both")
    mine.get(address(batch.id))
    for seen in ("", "0" * 16):
        answer = mine.post(address(batch.id, "approve"), digest=batch.digest, seen=seen, looked="yes")
        assert "not looked at" in told(answer)
    theirs.get(address(batch.id))
    theirs.post(address(batch.id, "review"))
    answer = mine.post(address(batch.id, "approve"), digest=batch.digest, seen=theirs.hidden["seen"], looked="yes")
    assert "not looked at" in told(answer)
    mine.post(address(batch.id, "review"))
    assert "not looked at" in told(mine.post(address(batch.id, "approve")))
    assert state(site, batch) is BatchState.PREPARED
    assert refused(site, batch) == [("approver", "batch.approve.refused")] * 4


def test_an_approval_of_what_was_prepared_before_is_refused(site, batch):
    browser = site.browser("approver")
    browser.get(address(batch.id))
    browser.post(address(batch.id, "review"))
    with office_of(site.home.settings.home) as office:
        office.prepare(batch.id)
    answer = browser.post(address(batch.id, "approve"), looked="yes")
    assert answer.status_code == 409
    assert "changed since" in told(answer)
    assert state(site, batch) is BatchState.PREPARED


def test_an_approval_sent_twice_approves_once(site, batch):
    browser = site.browser("approver")
    browser.get(address(batch.id))
    browser.post(address(batch.id, "review"))
    assert browser.post(address(batch.id, "approve"), looked="yes").status_code == 303
    again = browser.post(address(batch.id, "approve"), looked="yes")
    assert again.status_code == 409
    assert told(again)
    assert state(site, batch) is BatchState.APPROVED


def test_a_document_changed_after_it_was_shown_is_not_approved(site, batch):
    browser = site.browser("approver")
    browser.get(address(batch.id))
    browser.post(address(batch.id, "review"))
    with site.home.database.writing() as session:
        session.connection.execute(update(document_parts).values(sha256="0" * 64))
    assert "changed since" in told(browser.post(address(batch.id, "approve"), looked="yes"))


def test_a_batch_is_taken_back_to_a_draft(site, batch):
    keeper = site.browser("keeper")
    keeper.get(address(batch.id))
    assert "may not do this" in told(keeper.post(address(batch.id, "draft")))
    assert refused(site, batch) == [("keeper", "batch.draft.refused")]
    browser = site.browser("approver")
    browser.get(address(batch.id))
    assert browser.post(address(batch.id, "draft")).status_code == 303
    assert state(site, batch) is BatchState.DRAFT
    assert "vc-issuer batch prepare" in browser.get(address(batch.id)).text
