"""Signing, watched and steered from the console: progress, pause and resume, and workers that are set to work."""

import re
import shutil
from datetime import timedelta

import pytest
from sqlalchemy import update

from console_states import approved, killed_while_signing
from consoles import PASSWORD, Site, address, give_passwords, home_with_passwords, told
from offices import make, office_of
from postgres import postgresql_url
from vc_issuer.issuance.progress import signing_progress
from vc_issuer.model.batch import BatchState
from vc_issuer.store.audit import audit_entries
from vc_issuer.store.batches import get_batch
from vc_issuer.store.people import add_account
from vc_issuer.store.tables import signing_chunks
from vc_issuer.web.progress_words import write_count, write_left, write_rate
from vc_issuer.web.wording import sayer
from vc_issuer.wiring.working import run_worker


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A home whose first batch was killed while it was signed, and whose second one is approved."""
    path = home_with_passwords(tmp_path_factory.mktemp("ready") / "home", "preparer", "approver")
    with office_of(path) as office, office.home.database.writing() as session:
        add_account(session, "keeper", roles=("registrar",), deed=office.deed())
    give_passwords(path, "keeper")
    return path, killed_while_signing(path, rows=4), approved(path, rows=2, skip=4)


@pytest.fixture
def site(ready, tmp_path):
    site = Site(shutil.copytree(ready[0], tmp_path / "home"))
    yield site
    site.close()


@pytest.fixture
def running(ready):
    return ready[1]


@pytest.fixture
def waiting(ready):
    return ready[2]


def batch_of(site, batch_id):
    with site.home.database.reading() as session:
        return get_batch(session, batch_id)


def refused(site, batch_id):
    with site.home.database.reading() as session:
        entries = list(audit_entries(session, subject=batch_id))
    return [(each.actor, each.action) for each in entries if each.action.endswith(".refused")]


def split_in_chunks(site, batch_id, finished, taken_s):
    """Let a batch of four documents be four chunks, of which some are finished, each in so many seconds."""
    began = site.home.now() - timedelta(seconds=finished * taken_s)
    with site.home.database.writing() as session:
        session.connection.execute(signing_chunks.delete().where(signing_chunks.c.batch_id == batch_id))
        for number in (1, 2, 3, 4):
            started = began + timedelta(seconds=(number - 1) * taken_s)
            values = {"batch_id": batch_id, "number": number, "first_position": number, "last_position": number}
            if number <= finished:
                values |= {"started_at": started, "finished_at": started + timedelta(seconds=taken_s)}
            session.connection.execute(signing_chunks.insert().values(attempts=1, **values))
    return began + timedelta(seconds=finished * taken_s)


def test_progress_has_a_rate_and_the_time_that_is_left(site, running):
    now = split_in_chunks(site, running, 3, 20)
    with site.home.database.reading() as session:
        found = signing_progress(session, running, now=now)
        later = signing_progress(session, running, now=now + timedelta(seconds=60))
    assert (found.signed, found.documents) == (3, 4)
    assert found.per_s == pytest.approx(3 / 60)
    assert found.left_s == 20
    assert later.per_s == pytest.approx(3 / 120)
    page = site.browser("keeper").get(address(running)).text
    assert "3 of 4 documents signed" in page
    assert "3 a minute · less than a minute left" in page
    assert '<progress max="4" value="3"' in page


def test_no_rate_is_made_up(site, running):
    with site.home.database.reading() as session:
        none_yet = signing_progress(session, running, now=site.home.now())
    assert (none_yet.signed, none_yet.per_s, none_yet.left_s) == (0, None, None)
    now = split_in_chunks(site, running, 4, 0)
    with site.home.database.reading() as session:
        assert signing_progress(session, running, now=now).per_s is None
    split_in_chunks(site, running, 2, 0)
    with office_of(site.home.settings.home, "approver") as office:
        office.pause(running)
    with site.home.database.reading() as session:
        paused = signing_progress(session, running, now=now)
    assert (paused.is_paused, paused.signed, paused.per_s) == (True, 2, None)


def test_a_script_gets_the_progress_alone_and_keeps_nobody_signed_in(site, running):
    browser = site.browser("approver")
    fragment = browser.get(address(running) + "?refreshed=1", **{"x-fragment": "progress"}).text
    assert fragment.startswith('<div data-state="signing" data-paused="no" data-trouble="no">')
    assert "<html" not in fragment


def test_without_a_script_the_page_refreshes_itself_until_told_not_to(site, running, waiting):
    browser = site.browser("approver")
    refresh = '<noscript><meta http-equiv="refresh" content="10; url=?refreshed=1'
    page = browser.get(address(running)).text
    assert refresh + '">' in page
    assert refresh + '&amp;lang=nl">' in browser.get(address(running) + "?lang=nl").text
    assert 'href="?still=1"' in page
    assert "http-equiv" not in browser.get(address(running) + "?still=1").text
    assert refresh in browser.get(address(waiting)).text
    with office_of(site.home.settings.home, "approver") as office:
        office.sign(waiting)
    assert "http-equiv" not in browser.get(address(waiting)).text


@pytest.mark.parametrize("account", ["preparer", "approver"])
def test_signing_is_paused_and_resumed(site, running, account):
    browser = site.browser(account)
    browser.get(address(running))
    assert browser.post(address(running, "pause")).status_code == 303
    assert batch_of(site, running).paused_by == account
    page = browser.get(address(running)).text
    assert "Signing is paused" in page
    assert f"vc-issuer batch sign {running}" in page
    assert browser.post(address(running, "resume")).status_code == 303
    assert batch_of(site, running).paused_at is None
    assert "is not paused" in told(browser.post(address(running, "resume")))
    assert refused(site, running) == [(account, "batch.resume.refused")]


def test_who_may_not_pause_sees_no_button_and_is_refused(site, running):
    browser = site.browser("keeper")
    assert "/pause" not in browser.get(address(running)).text
    answer = browser.post(address(running, "pause"))
    assert answer.status_code == 409
    assert "may not do this" in told(answer)
    assert batch_of(site, running).paused_at is None
    assert refused(site, running) == [("keeper", "batch.pause.refused")]


def test_a_batch_that_is_not_signed_now_can_not_be_paused(site, waiting):
    browser = site.browser("approver")
    browser.get(address(waiting))
    assert "no signing to pause" in told(browser.post(address(waiting, "pause")))


def test_a_home_without_workers_says_which_command_signs(site, waiting):
    browser = site.browser("approver")
    page = browser.get(address(waiting)).text
    assert f"vc-issuer batch sign {waiting}" in page
    assert "/sign" not in re.sub(r"/registrar/sign-out", "", page)
    assert "on the command line" in told(browser.post(address(waiting, "sign"), password=PASSWORD))
    assert batch_of(site, waiting).state is BatchState.APPROVED


def test_what_keeps_a_chunk_is_said(site, running):
    with site.home.database.writing() as session:
        session.connection.execute(update(signing_chunks).values(trouble="the token <b>said</b> no"))
    page = site.browser("approver").get(address(running)).text
    assert "the token &lt;b&gt;said&lt;/b&gt; no" in page
    assert 'data-trouble="yes"' in page


def test_workers_are_set_to_work_after_the_password_and_paused_ones_get_their_chunks_anew(tmp_path):
    with postgresql_url() as url:
        home = make(tmp_path / "home", database=url)
        give_passwords(home, "approver")
        batch_id = approved(home, rows=2)
        site = Site(home)
        try:
            browser = site.browser("approver")
            assert 'name="password"' in browser.get(address(batch_id)).text
            for wrong in ("", "wrong"):
                answer = browser.post(address(batch_id, "sign"), password=wrong)
                assert answer.status_code == 409
                assert "don't match" in told(answer)
            assert batch_of(site, batch_id).state is BatchState.APPROVED
            assert browser.post(address(batch_id, "sign"), password=PASSWORD).status_code == 303
            assert batch_of(site, batch_id).signing_by == "approver"
            browser.get(address(batch_id))
            assert browser.post(address(batch_id, "pause")).status_code == 303
            run_worker(home, until_empty=True)
            assert batch_of(site, batch_id).state is BatchState.SIGNING
            assert "don't match" in told(browser.post(address(batch_id, "resume"), password="wrong"))
            assert batch_of(site, batch_id).paused_at is not None
            assert browser.post(address(batch_id, "resume"), password=PASSWORD).status_code == 303
            run_worker(home, until_empty=True)
            assert batch_of(site, batch_id).state is BatchState.SIGNED
        finally:
            site.close()


def test_time_and_rate_are_rounded_and_worded():
    say = sayer("en")
    assert [write_left(s, "en", say) for s in (1, 60, 61, 5400, 5401, 36000)] == [
        "less than a minute left",
        "less than a minute left",
        "about 2 min left",
        "about 90 min left",
        "about 2 h left",
        "about 10 h left",
    ]
    assert [write_rate(rate, "en", say) for rate in (0.001, 0.5, 1.99, 2, 1234.4)] == [
        "1 a minute",
        "30 a minute",
        "119 a minute",
        "2 a second",
        "1,234 a second",
    ]
    assert write_count(18491, "de") == "18.491"
