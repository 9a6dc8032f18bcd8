"""A cohort from the browser: every problem at its cell, nothing stored in doubt, and a draft that can be prepared."""

import re

import pytest

from consoles import HTML, address, home_with_passwords, told
from offices import EXAMPLES, office_of
from vc_issuer.model.batch import BatchState
from vc_issuer.store.batches import all_batches, get_batch
from vc_issuer.web import registrar
from vc_issuer.web.limits import FILE_BYTES
from vc_issuer.wiring.office import check_offering_file

HEADINGS, *ROWS = (EXAMPLES / "cohorts/c2/c2.csv").read_bytes().splitlines(keepends=True)
GOOD = b"".join([HEADINGS, *ROWS[:3]])
BAD = GOOD.replace(b"11,0", b"99,5").replace(b"29/02/2000", b"<b>soon</b>")


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    path = home_with_passwords(tmp_path_factory.mktemp("ready") / "home")
    with office_of(path) as office:
        for source in ((EXAMPLES / "offerings/mc01.toml"), (EXAMPLES / "offerings/mc03.toml")):
            base = office.home.settings.base_url
            office.add_offering(check_offering_file(source.read_bytes(), filename=source.name, base_url=base))
    return path


def send(browser, content, *, what="store", name="c2.csv", title="", **changed):
    browser.get("/registrar/import")
    fields = {**browser.hidden, "what": what, "title": title, **changed}
    return browser.client.post("/registrar/import", data=fields, files={"file": (name, content)}, headers=HTML)


def batches(site):
    with site.home.database.reading() as session:
        return all_batches(session)


def test_a_file_is_looked_at_and_nothing_is_stored(site):
    answer = send(site.browser("preparer"), GOOD, what="look")
    assert answer.status_code == 200
    assert "This file can be imported" in answer.text
    assert "3 rows, 3 learners; 0 rows refused." in answer.text
    assert "3 results new" in answer.text
    assert batches(site) == ()


def test_a_good_file_becomes_a_draft_that_is_prepared(site):
    browser = site.browser("preparer")
    answer = send(browser, GOOD, name="C:\\Users\\jan\\uitvoer\u202e juni.csv", title="Revalidatie, juni")
    (batch,) = batches(site)
    assert answer.headers["location"] == address(batch.id)
    assert (batch.title, batch.source_name, batch.created_by) == ("Revalidatie, juni", "uitvoer juni.csv", "preparer")
    browser.get(address(batch.id))
    assert browser.post(address(batch.id, "prepare")).status_code == 303
    with site.home.database.reading() as session:
        assert get_batch(session, batch.id).state is BatchState.PREPARED


def test_the_same_file_twice_makes_no_second_batch(site):
    browser = site.browser("preparer")
    send(browser, GOOD)
    answer = send(browser, GOOD)
    (batch,) = batches(site)
    assert f"Batch {batch.id} holds learners of this file already" in answer.text
    assert "Nothing was stored." in answer.text


@pytest.mark.parametrize("what", ["look", "store"])
def test_every_problem_stands_at_its_row_and_column_and_nothing_is_stored(site, what):
    answer = send(site.browser("preparer"), BAD, what=what)
    assert answer.status_code == 422
    rows = re.findall(
        r"<tr>\n<td class=\"at\">(.*?)</td>\n<td class=\"state\">(.*?)</td>\n<td>(.*?)</td></tr>", answer.text
    )
    found = {(re.sub(r"<span.*?</span>", "", at), re.sub(r"<.*?>", " ", cell).strip()) for at, cell, _ in rows}
    mark = "Resultaat   99,5"
    assert found == {("2", "Geboortedatum   &lt;b&gt;soon&lt;/b&gt;"), ("2", mark), ("4", mark)}
    assert "<b>soon" not in answer.text
    assert batches(site) == ()


def test_what_is_no_cohort_is_refused_in_words(site):
    browser = site.browser("preparer")
    assert "No file was chosen" in send(browser, b"", name="").text
    for content in (b"\x00\x01", b"PK\x03\x04 no workbook", b"a;b\n"):
        answer = send(browser, content)
        assert answer.status_code == 422
        assert "Traceback" not in answer.text
    assert batches(site) == ()


def test_only_a_preparer_imports_with_a_form_of_this_session(site):
    approver = site.browser("approver")
    assert approver.get("/registrar/import").status_code == 403
    assert "/registrar/import" not in approver.get("/registrar").text
    assert send(approver, GOOD).status_code == 403
    assert send(site.browser("preparer"), GOOD, form_token="0" * 64).status_code == 403
    stranger = send(site.browser(), GOOD)
    assert (stranger.status_code, stranger.headers["location"]) == (303, "/registrar/sign-in")
    assert batches(site) == ()


def test_a_file_past_the_limit_is_not_read(site):
    browser = site.browser("preparer")
    headers = {**HTML, "content-length": str(FILE_BYTES + 1), "content-type": "multipart/form-data; boundary=x"}
    assert browser.client.post("/registrar/import", content=b"", headers=headers).status_code == 413


def test_a_large_batch_is_prepared_on_the_command_line(site, monkeypatch):
    browser = site.browser("preparer")
    send(browser, GOOD)
    (batch,) = batches(site)
    monkeypatch.setattr(registrar, "MOST_PREPARED", 2)
    assert f"vc-issuer batch prepare {batch.id}" in browser.get(address(batch.id)).text
    assert "on the command line" in told(browser.post(address(batch.id, "prepare")))
    assert batches(site)[0].state is BatchState.DRAFT
