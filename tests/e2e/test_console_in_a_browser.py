"""The registrar's console in a real Chromium: every state at every size, by keyboard, without JavaScript, and live."""

import pytest
from sqlalchemy import update

from console_states import home_with_every_state
from consoles import PASSWORD
from e2e.browsing import AXE, CHROMIUM, Site, axe_findings, keep, overflow, page_at
from offices import EXAMPLES, office_of
from vc_issuer.store.tables import signing_chunks
from vc_issuer.web.wording import LANGUAGES

pytestmark = [
    pytest.mark.xdist_group("console_in_a_browser"),
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]
needs_axe = pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: npm ci in tests/peers")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("console") / "home"


@pytest.fixture(scope="module")
def states(home):
    return home_with_every_state(home)


@pytest.fixture(scope="module")
def site(home, states):
    with Site(home) as address:
        yield address


def signed_in(site, chromium, size, *, language="en", account="approver", javascript=True):
    page = page_at(chromium, size, javascript=javascript)
    page.goto(f"{site}/registrar/sign-in?lang={language}")
    page.fill("#account", account)
    page.fill("#password", PASSWORD)
    page.locator(".fields button").click()
    page.locator(".leave").wait_for()
    return page


def pages_of(site, states, language):
    yield "list", f"{site}/registrar?lang={language}"
    for state, batch_id in states.items():
        yield state, f"{site}/registrar/batches/{batch_id}?lang={language}"
    yield "findings", f"{site}/registrar/batches/{states['signed']}/findings?lang={language}"


@pytest.mark.parametrize("size", ["phone", "desktop", "narrow", "zoomed"])
def test_every_page_fits_and_loads_nothing_from_elsewhere(site, chromium, states, size):
    page = signed_in(site, chromium, size)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for name, url in pages_of(site, states, "en"):
        page.goto(url)
        assert overflow(page) <= 0, name
        keep(page, f"console-{name}-{size}")
    page.goto(f"{site}/registrar/batches/{states['prepared']}?lang=en")
    page.get_by_role("button", name="Look before approving").click()
    page.get_by_role("heading", name="Approve exactly this").wait_for()
    assert overflow(page) <= 0
    keep(page, f"console-review-{size}")
    assert page.trouble == []
    assert all(url.startswith(site) for url in asked)


@needs_axe
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_any_page(site, chromium, states, language):
    size = "phone" if language in ("nl", "fr") else "desktop"
    page = page_at(chromium, size)
    page.goto(f"{site}/registrar/sign-in?lang={language}")
    assert axe_findings(page) == [], "sign in"
    page.context.close()
    page = signed_in(site, chromium, size, language=language)
    for name, url in pages_of(site, states, language):
        page.goto(url)
        for details in page.locator("details").all():
            details.evaluate("each => { each.open = true; }")
        assert axe_findings(page) == [], name
    page.goto(f"{site}/registrar/batches/{states['prepared']}?lang={language}")
    page.locator(".next button").click()
    page.locator("#looked").wait_for()
    assert axe_findings(page) == [], "review"
    page.goto(f"{site}/registrar/batches/{states['approved']}?lang={language}")
    page.evaluate(
        "document.querySelector('form.act').action = document.querySelector('form.act').action.replace('/draft', '/pause')"
    )
    page.locator("details", has=page.locator("form.act")).locator("summary").click()
    page.locator("form.act button").click()
    page.get_by_role("alert").wait_for()
    assert axe_findings(page) == [], "refusal"


@needs_axe
@pytest.mark.parametrize("size", ["desktop", "narrow"])
def test_problems_of_a_file_stand_at_their_cells(site, chromium, size):
    page = signed_in(site, chromium, size, account="preparer")
    page.get_by_role("link", name="Import").click()
    assert axe_findings(page) == []
    rows = (EXAMPLES / "cohorts/c2/c2.csv").read_bytes().replace(b"29/02/2000", b"soon").replace(b"11,0", b"99,5")
    page.set_input_files("#file", {"name": "juni.csv", "mimeType": "text/csv", "buffer": rows})
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_role("heading", name="This file is not imported as it is").wait_for()
    assert page.locator("tbody tr", has_text="Geboortedatum").first.locator(".cell").inner_text() == "soon"
    assert axe_findings(page) == []
    assert overflow(page) <= 0
    keep(page, f"console-import-{size}")


def test_a_keyboard_is_enough_to_look_and_the_box_is_asked_for(site, chromium, states):
    page = page_at(chromium, "desktop")
    page.goto(f"{site}/registrar/sign-in?lang=en")
    page.locator("#account").focus()
    page.keyboard.type("approver")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.locator(".leave").wait_for()
    page.goto(f"{site}/registrar/batches/{states['prepared']}?lang=en")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Look before approving":
            break
    page.keyboard.press("Enter")
    page.locator("#looked").wait_for()
    page.get_by_role("button", name="Approve 8 documents").focus()
    page.keyboard.press("Enter")
    assert page.locator("#looked:invalid").count() == 1
    assert page.url.endswith("/review?lang=en")
    page.get_by_role("link", name="Nederlands").click()
    page.get_by_role("button", name="Bekijken vóór goedkeuring").wait_for()
    assert page.trouble == []


def test_without_javascript_signing_is_paused_and_the_page_refreshes_itself(site, chromium, states):
    page = signed_in(site, chromium, "desktop", javascript=False)
    page.goto(f"{site}/registrar/batches/{states['signing']}?lang=en")
    assert page.get_by_text("200 of 291 documents signed").is_visible()
    # Playwright's words and roles pass over what stands in noscript.
    assert page.locator("noscript p").is_visible()
    with page.expect_navigation(url="**?refreshed=1&lang=en", timeout=30_000):
        pass
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("heading", name="Signing is paused").wait_for()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="This batch is being signed").wait_for()
    page.locator("noscript a").click()
    page.wait_for_url("**?still=1&lang=en")
    page.locator("noscript a").click()
    page.wait_for_url("**?lang=en")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="The registrar’s office").wait_for()


def test_with_it_progress_is_read_out_and_another_state_shows_itself(home, site, chromium, states):
    page = signed_in(site, chromium, "desktop")
    page.goto(f"{site}/registrar/batches/{states['signing']}?lang=en")
    with office_of(home, "approver") as office:
        with office.home.database.writing() as session:
            unfinished = (signing_chunks.c.batch_id == states["signing"], signing_chunks.c.finished_at.is_(None))
            now = office.home.now()
            session.connection.execute(
                update(signing_chunks).where(*unfinished).values(started_at=now, finished_at=now)
            )
        page.locator(".counted", has_text="291 of 291 documents signed").wait_for()
        assert page.locator("#said").inner_text() == "291 of 291 documents signed"
        office.pause(states["signing"])
        page.get_by_role("heading", name="Signing is paused").wait_for()
    assert page.trouble == []
