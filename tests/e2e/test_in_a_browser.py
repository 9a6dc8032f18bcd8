"""The pages in a real Chromium and the PDF as pixels; every picture is kept under `artifacts/` to be looked at."""

import shutil
import socket
import threading
import time
from datetime import date

import pypdfium2
import pytest
import uvicorn
import zxingcpp
from playwright.sync_api import sync_playwright

from reference import ROOT
from vc_issuer.web.app import create_app
from vc_issuer.web.wording import write_date
from vc_issuer.wiring.home import open_home

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.browser]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
ARTIFACTS = ROOT / "artifacts"
WIDTHS = {"phone": (390, 844), "desktop": (1280, 900), "narrow": (320, 640)}
START_TIMEOUT_S = 30


@pytest.fixture(scope="module")
def site(issued):
    """Serve the demonstration on a free port."""
    home = open_home(issued.home)
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(home), port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + START_TIMEOUT_S
    while not server.started and time.monotonic() < until:
        thread.join(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()
    home.close()


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def learner_name(badge):
    (name,) = [
        each["identityHash"] for each in badge["credentialSubject"]["identifier"] if each["identityType"] == "name"
    ]
    return name


@pytest.fixture(scope="module")
def longest(issued):
    """Give the credential whose learner has the longest name."""
    return max(issued.credentials, key=lambda entry: len(learner_name(issued.badge(entry))))


def page_at(chromium, width, *, javascript=True):
    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    context = chromium.new_context(viewport=size, locale="en-GB", java_script_enabled=javascript, device_scale_factor=2)
    page = context.new_page()
    page.trouble = []
    page.on("console", lambda message: page.trouble.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    return page


def keep(page, name):
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)


def overflow(page):
    return page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")


@needs_chromium
@pytest.mark.parametrize("width", WIDTHS)
def test_the_credential_page_fits_and_loads_nothing_from_elsewhere(issued, site, chromium, longest, width):
    page = page_at(chromium, width)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    code = longest["verify_url"].rsplit("/", 1)[1]
    page.goto(f"{site}/c/{code}?lang=en")
    assert page.get_by_text("Genuine and current").first.is_visible()
    assert page.get_by_text(learner_name(issued.badge(longest))).first.is_visible()
    assert overflow(page) <= 0
    assert page.trouble == []
    assert all(url.startswith(site) for url in asked)
    keep(page, f"credential-{width}")


@needs_chromium
@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without"])
@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_files_on_the_verify_page_get_their_answers(issued, site, chromium, longest, width, javascript, tmp_path):
    page = page_at(chromium, width, javascript=javascript)
    page.goto(f"{site}/verify?lang=en")
    if javascript:
        keep(page, f"verify-{width}")
    changed = tmp_path / "changed.json"
    changed.write_text(
        issued.path(longest, "ob3").read_text(encoding="utf-8").replace("2025", "2026"), encoding="utf-8"
    )
    page.set_input_files("#files", [issued.path(longest, "pdf"), changed])
    if not javascript or page.locator("button[type=submit]").is_visible():
        page.locator("button[type=submit]").click()
    page.get_by_text("Genuine and current").first.wait_for()
    page.get_by_text("Not genuine").first.wait_for()
    if javascript:
        assert overflow(page) <= 0
    assert page.trouble == []
    keep(page, f"verify-answer-{width}{'' if javascript else '-without-javascript'}")


def test_the_pdf_of_the_longest_name_is_read_from_paper(issued, longest):
    """A greyscale raster of 150 dpi gives the code; the text gives name, title, credits and dates as signed."""
    ARTIFACTS.mkdir(exist_ok=True)
    document = pypdfium2.PdfDocument(issued.path(longest, "pdf"))
    for number, face in enumerate(document, start=1):
        face.render(scale=150 / 72, grayscale=True).to_pil().save(ARTIFACTS / f"longest-name-{number}.png")
        face.render(scale=2).to_pil().save(ARTIFACTS / f"longest-name-{number}-colour.png")
    picture = document[0].render(scale=150 / 72, grayscale=True).to_pil()
    assert [found.text.lower() for found in zxingcpp.read_barcodes(picture)] == [longest["verify_url"].lower()]
    badge = issued.badge(longest)
    text = " ".join(" ".join(face.get_textpage().get_text_range() for face in document).split())
    achievement = badge["credentialSubject"]["achievement"]
    assert learner_name(badge) in text
    assert achievement["name"] in text
    assert f"{achievement['creditsAvailable']:g}".replace(".", ",") in text
    assert write_date(date.fromisoformat(badge["awardedDate"][:10]), "nl") in text
