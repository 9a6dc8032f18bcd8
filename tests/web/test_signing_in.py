"""Signing in at the console: one answer for every refusal, a new session each time, forms of this session alone."""

import logging
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import update

from consoles import COOKIE, HTML, PASSWORD, Browser, Site, home_with_passwords
from offices import office_of
from vc_issuer.store.audit import audit_entries
from vc_issuer.store.people import add_account, disable_account, password_hash
from vc_issuer.store.tables import sign_ins
from vc_issuer.web.app import create_app
from vc_issuer.web.auth import ATTEMPTS_PER_MINUTE, FORM_BYTES, KNOWN_FOR_S
from vc_issuer.wiring.known_browsers import is_known_browser
from vc_issuer.wiring.passwords import MOST_FAILURES, set_password
from vc_issuer.wiring.signing_in import IDLE, LONGEST

KNOWN = "__Host-vc_issuer_browser"
LOCAL = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    return home_with_passwords(tmp_path_factory.mktemp("ready") / "home")


def backdated(site, **columns):
    """Let time have passed for everybody who is signed in."""
    values = {name: site.home.now() - age for name, age in columns.items()}
    with site.home.database.writing() as session:
        session.connection.execute(update(sign_ins).values(**values))


def actions(site):
    with site.home.database.reading() as session:
        return [(each.actor, each.action) for each in audit_entries(session) if ".sign-" in each.action]


def test_whoever_is_not_signed_in_is_led_to_the_form(site):
    browser = site.browser()
    for path in (
        "/registrar",
        "/registrar/",
        "/registrar/batches/B-2026-0001",
        "/registrar/batches/B-2026-0001/review",
    ):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/registrar/sign-in")
    assert browser.post("/registrar/batches/B-2026-0001/approve").status_code == 303


def test_the_right_password_signs_in_and_is_recorded(site):
    browser = site.browser("approver")
    page = browser.get("/registrar")
    assert page.status_code == 200
    assert "approver" in page.text
    assert browser.get("/registrar/sign-in").headers["location"] == "/registrar"
    assert actions(site) == [("approver", "account.sign-in")]


def test_the_cookie_is_for_this_host_alone_and_kept_from_scripts(site):
    browser = site.browser()
    browser.get("/registrar/sign-in")
    answer = browser.post("/registrar/sign-in", account="approver", password=PASSWORD)
    given, known = answer.headers.get_list("set-cookie")
    assert given.startswith(f"{COOKIE}=")
    assert known.startswith(f"{KNOWN}=")
    for attribute in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert attribute in given
        assert attribute in known
    assert "Domain" not in given + known
    assert "Max-Age" not in given
    assert f"Max-Age={KNOWN_FOR_S}" in known
    assert "approver" not in known
    token = given.split(";")[0].split("=")[1]
    assert len(bytes.fromhex(token)) == 32
    with site.home.database.reading() as session:
        assert token not in str(session.connection.exec_driver_sql("SELECT * FROM sign_ins").all())


def test_without_tls_it_works_on_this_machine_alone_and_never_in_production(tmp_path, site):
    local = site.browser(base_url=LOCAL)
    assert "Secure" not in local.get("/registrar/sign-in").headers["set-cookie"]
    assert local.post("/registrar/sign-in", account="approver", password=PASSWORD).status_code == 303
    assert local.get("/registrar").status_code == 200
    elsewhere = site.browser(base_url="http://credentials.uzb.example")
    assert "Secure" in elsewhere.get("/registrar/sign-in").headers["set-cookie"]
    settings = tmp_path / "home" / "settings.toml"
    text = settings.read_text().replace('mode = "test"', 'mode = "production"')
    settings.write_text(text.replace("allow_file_keys = false", "allow_file_keys = true"))
    production = Site(tmp_path / "home")
    assert "Secure" in production.browser(base_url=LOCAL).get("/registrar/sign-in").headers["set-cookie"]
    production.close()


def test_a_session_that_somebody_else_chose_is_not_taken_over(site):
    browser = site.browser()
    browser.client.cookies.set(COOKIE, "ab" * 32, domain="credentials.uzb.example")
    browser.get("/registrar/sign-in")
    assert browser.cookie == "ab" * 32
    assert browser.post("/registrar/sign-in", account="approver", password=PASSWORD).status_code == 303
    assert browser.cookie != "ab" * 32
    attacker = site.browser()
    attacker.client.cookies.set(COOKIE, "ab" * 32, domain="credentials.uzb.example")
    assert attacker.get("/registrar").status_code == 303


def test_every_sign_in_has_a_session_of_its_own(site):
    first, second = site.browser("approver"), site.browser("approver")
    assert first.cookie != second.cookie


def test_every_refusal_looks_the_same(site):
    with site.home.database.writing() as session, office_of(site.home.settings.home) as office:
        add_account(session, "gone", roles=("approver",), deed=office.deed())
        add_account(session, "wordless", roles=("approver",), deed=office.deed())
    with office_of(site.home.settings.home) as office:
        set_password(site.home.database, "gone", PASSWORD, deed=office.deed())
        with site.home.database.writing() as session:
            disable_account(session, "gone", deed=office.deed())
    tried = [
        ("approver", "wrong"),
        ("nobody", PASSWORD),
        ("gone", PASSWORD),
        ("wordless", ""),
        ("app\0rover", PASSWORD),
    ]
    browser = site.browser()
    answers = {(a.status_code, a.text) for account, word in tried for a in [browser.sign_in(account, word)]}
    assert len(answers) == 1
    ((status, text),) = answers
    assert status == 403
    assert "match, or there were too many" in text
    assert PASSWORD not in text
    assert actions(site) == [("anonymous", "account.sign-in.refused")]


def test_a_few_wrong_passwords_close_the_door_and_say_nothing_new(site):
    browser = site.browser()
    before = {browser.sign_in("approver", "wrong").text for _ in range(MOST_FAILURES)}
    assert {browser.sign_in("approver").text} == before
    assert site.browser().sign_in("preparer").status_code == 303
    assert actions(site).count(("anonymous", "account.sign-in.refused")) == MOST_FAILURES
    with office_of(site.home.settings.home, "approver") as office:
        office.prove(PASSWORD)  # signing on the command line is no affair of strangers


def signed_out(browser):
    browser.get("/registrar")
    assert browser.post("/registrar/sign-out").headers["location"] == "/registrar/sign-in"


def test_strangers_who_guess_keep_nobody_out_of_a_browser_that_is_known(site):
    known, stranger = site.browser("approver"), site.browser()
    signed_out(known)
    for _ in range(MOST_FAILURES):
        assert stranger.sign_in("approver", "wrong").status_code == 403
    assert stranger.sign_in("approver").status_code == 403
    assert known.sign_in("approver").status_code == 303
    assert site.browser().sign_in("approver").status_code == 403


def test_a_known_browser_has_as_many_wrong_passwords_as_a_stranger(site):
    browser = site.browser("approver")
    signed_out(browser)
    for _ in range(MOST_FAILURES):
        assert browser.sign_in("approver", "wrong").status_code == 403
    assert browser.sign_in("approver").status_code == 403
    assert site.browser().sign_in("approver").status_code == 303
    assert actions(site).count(("anonymous", "account.sign-in.known.refused")) == MOST_FAILURES


def test_a_browser_is_known_for_one_account_until_its_password_changes(site):
    with site.home.database.reading() as session:
        hashed = {name: password_hash(session, name) for name in ("approver", "preparer")}
    vault = site.home.database.vault
    browser = site.browser("approver")
    token = browser.client.cookies.get(KNOWN)
    assert is_known_browser(vault, "approver", hashed["approver"], token)
    assert not is_known_browser(vault, "preparer", hashed["preparer"], token)
    assert not is_known_browser(vault, "approver", hashed["preparer"], token)
    for forged in ("", "é" * 96, token[:-1], token[:-1] + "g", token.upper(), "0" * 96, token + "00"):
        assert not is_known_browser(vault, "approver", hashed["approver"], forged)


def test_an_address_tries_so_often_a_minute(site, monkeypatch):
    # Time stands still: on a slow machine a minute's attempts take so long that the next is free again.
    monkeypatch.setattr("vc_issuer.web.limits.time", SimpleNamespace(monotonic=lambda: 0.0))
    browser = site.browser()
    answers = [browser.sign_in(f"nobody{n}", "x") for n in range(ATTEMPTS_PER_MINUTE + 1)]
    assert [each.status_code for each in answers] == [403] * ATTEMPTS_PER_MINUTE + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_without_the_token_of_its_session_does_nothing(site, token):
    browser = site.browser("approver")
    assert browser.post("/registrar/sign-out", form_token=token).status_code == 403
    assert browser.get("/registrar").status_code == 200
    browser.hidden.clear()
    assert browser.post("/registrar/sign-out").status_code == 403
    assert browser.get("/registrar").status_code == 200


def test_a_token_of_another_session_or_site_does_nothing(site):
    mine, theirs = site.browser("approver"), site.browser("preparer")
    theirs.get("/registrar")
    assert mine.post("/registrar/sign-out", form_token=theirs.hidden["form_token"]).status_code == 403
    mine.get("/registrar")
    assert mine.post("/registrar/sign-out", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    fresh = site.browser()
    assert fresh.post("/registrar/sign-in", account="approver", password=PASSWORD).status_code == 403


@pytest.mark.parametrize("ages", [{"seen_at": IDLE}, {"began_at": LONGEST}], ids=["idle", "long"])
def test_a_session_runs_out(site, ages):
    browser = site.browser("approver")
    backdated(site, **{name: age - timedelta(seconds=5) for name, age in ages.items()})
    assert browser.get("/registrar").status_code == 200
    backdated(site, **ages)
    assert browser.get("/registrar").headers["location"] == "/registrar/sign-in"
    assert browser.post("/registrar/sign-out").status_code == 303


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(site):
    browser = site.browser("approver")
    backdated(site, seen_at=IDLE - timedelta(minutes=1))
    assert browser.get("/registrar?refreshed=1").status_code == 200
    with site.home.database.reading() as session:
        (seen,) = session.connection.scalars(sign_ins.select().with_only_columns(sign_ins.c.seen_at))
    assert site.home.now() - seen >= IDLE - timedelta(minutes=1)
    browser.get("/registrar")
    backdated(site, began_at=timedelta(0))
    assert browser.get("/registrar").status_code == 200


def test_signing_out_ends_the_session_on_the_server(site):
    browser = site.browser("approver")
    token = browser.cookie
    browser.get("/registrar")
    answer = browser.post("/registrar/sign-out")
    assert answer.headers["location"] == "/registrar/sign-in"
    assert browser.cookie is None
    browser.client.cookies.set(COOKIE, token, domain="credentials.uzb.example")
    assert browser.get("/registrar").status_code == 303
    assert actions(site)[-1] == ("approver", "account.sign-out")


def test_a_disabled_account_and_a_new_password_sign_out(site):
    first, second = site.browser("approver"), site.browser("preparer")
    with office_of(site.home.settings.home) as office:
        set_password(site.home.database, "approver", PASSWORD + "!", deed=office.deed())
        with site.home.database.writing() as session:
            disable_account(session, "preparer", deed=office.deed())
    assert first.get("/registrar").status_code == 303
    assert second.get("/registrar").status_code == 303


def test_nothing_of_the_console_is_kept_indexed_or_framed(site):
    browser = site.browser()
    answers = [browser.get("/registrar"), browser.get("/registrar/sign-in"), browser.get("/registrar/nowhere")]
    signed = site.browser("approver")
    answers += [signed.get("/registrar"), signed.post("/registrar/sign-out", form_token="x")]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "<script>" not in answer.text
        assert "style=" not in answer.text


def test_public_pages_neither_set_nor_need_a_cookie(site):
    browser = site.browser()
    for path in ("/verify", "/issuer", "/stack", "/docs", "/status/none", "/healthz"):
        assert "set-cookie" not in browser.get(path).headers
    assert "/registrar" not in browser.get("/openapi.json").text


def test_logs_name_routes_and_nobody(site, caplog):
    with caplog.at_level(logging.DEBUG):
        browser = site.browser("approver")
        browser.get("/registrar/batches/B-2026-0001")
        browser.sign_in("approver", "wrong")
    text = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("vc_issuer"))
    assert "/registrar/batches/{batch_id}" in text
    for secret in ("approver", "wrong", PASSWORD, "B-2026-0001", browser.cookie or "-" * 64):
        assert secret not in text


def test_a_form_of_the_console_is_small(site):
    browser = site.browser()
    browser.get("/registrar/sign-in")
    assert browser.post("/registrar/sign-in", account="x" * FORM_BYTES, password="x").status_code == 413
    chunked = browser.client.post("/registrar/sign-in", content=iter([b"a=b"]), headers=HTML)
    assert chunked.status_code == 413


def test_a_server_may_do_without_the_console(site):
    settings = site.home.settings
    serve = settings.serve.model_copy(update={"console": False})
    site.home.settings = settings.model_copy(update={"serve": serve})
    assert Browser(create_app(site.home)).get("/registrar/sign-in").status_code == 404
