"""The pages in a real Chromium and the PDF as pixels; every picture is kept under `artifacts/` to be looked at."""

import json
from datetime import date

import pypdfium2
import pytest
import zxingcpp

from e2e.browsing import ARTIFACTS, AXE, CHROMIUM, Site, axe_findings, keep, overflow, page_at
from vc_issuer.recognition.wording import LANGUAGES, recognition_texts
from vc_issuer.web.wording import write_date

pytestmark = [pytest.mark.xdist_group("in_a_browser"), pytest.mark.browser]
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
needs_axe = pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: npm ci in tests/peers")
# A camera that sees one QR code, and a browser that reads it as Chrome on a phone does.
CAMERA = """
navigator.mediaDevices.getUserMedia = async () => new MediaStream();
HTMLMediaElement.prototype.play = async () => {};
window.BarcodeDetector = class { async detect() { return [{rawValue: %s}]; } };
"""
HOSTILE = [
    '<script>document.title="run"</script>',
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{7*7}}${7*7}",
    "javascript:alert(1)",
    "</textarea><svg onload=alert(1)>",
    "\u202eevil\u202c",
]


@pytest.fixture(scope="module")
def site(issued):
    with Site(issued.home) as address:
        yield address


def learner_name(badge):
    (name,) = [
        each["identityHash"] for each in badge["credentialSubject"]["identifier"] if each["identityType"] == "name"
    ]
    return name


@pytest.fixture(scope="module")
def longest(issued):
    """Give the credential whose learner has the longest name."""
    return max(issued.credentials, key=lambda entry: len(learner_name(issued.badge(entry))))


@pytest.fixture(scope="module")
def changed(issued, longest, tmp_path_factory):
    """Give a file in which one thing was changed after signing."""
    file = tmp_path_factory.mktemp("changed") / "changed.json"
    text = issued.path(longest, "ob3").read_text(encoding="utf-8")
    file.write_text(text.replace("2025", "2026"), encoding="utf-8")
    return file


def answered(page):
    page.locator("#again:not([hidden])").wait_for()


@needs_chromium
@pytest.mark.parametrize("size", ["phone", "desktop", "narrow", "zoomed"])
def test_the_credential_page_fits_and_loads_nothing_from_elsewhere(issued, site, chromium, longest, size):
    page = page_at(chromium, size)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    code = longest["verify_url"].rsplit("/", 1)[1]
    page.goto(f"{site}/c/{code}?lang=en")
    assert page.get_by_text("Genuine and current").first.is_visible()
    assert page.get_by_text(learner_name(issued.badge(longest))).first.is_visible()
    assert overflow(page) <= 0
    assert page.trouble == []
    assert all(url.startswith(site) for url in asked)
    keep(page, f"credential-{size}")


@needs_chromium
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_one_file_gets_two_blocks_and_its_sheet_as_a_file(issued, site, chromium, longest, size):
    page = page_at(chromium, size)
    page.goto(f"{site}/verify?lang=en")
    keep(page, f"verify-{size}")
    page.set_input_files("#files", issued.path(longest, "pdf"))
    answered(page)
    blocks = page.locator("article .eyebrow").all_inner_texts()
    assert blocks == ["Is it genuine?", "What is it worth?"]
    assert page.locator("ol.seven > li").count() == 7
    assert page.locator(".overview").is_hidden()
    with page.expect_download() as download:
        page.locator("#again").get_by_role("button", name="Recognition sheets (PDF)").click()
    assert len(pypdfium2.PdfDocument(download.value.path())) >= 2
    assert overflow(page) <= 0
    assert page.trouble == []
    keep(page, f"verify-answer-{size}")


@needs_chromium
def test_forty_files_come_in_batches_with_progress_and_one_table(issued, site, chromium, changed):
    page = page_at(chromium, "desktop")
    page.goto(f"{site}/verify?lang=en")
    page.evaluate(
        "window.seen = []; new MutationObserver(() => window.seen.push(document.getElementById('busy').textContent))"
        ".observe(document.getElementById('busy'), {childList: true})"
    )
    files = [issued.path(entry, "ob3") for entry in (issued.credentials * 40)[:39]]
    page.set_input_files("#files", [*files, changed])
    answered(page)
    assert page.locator("tbody tr").count() == 40
    assert page.locator("article").count() == 40
    assert page.locator(".tally li").all_inner_texts() == [
        "Genuine and current: 39",
        "To look at further: 0",
        "Not to be relied on: 1",
    ]
    assert len({each.get_attribute("id") for each in page.locator("article").all()}) == 40
    assert "24 of 40 files checked" in page.evaluate("window.seen")
    assert page.evaluate("document.activeElement.id") == "answer"
    assert page.trouble == []
    page.pdf(path=ARTIFACTS / "forty-printed.pdf")
    page.locator(".overview").screenshot(path=ARTIFACTS / "forty-table.png")


@needs_chromium
def test_twins_that_came_in_different_batches_are_compared_all_the_same(issued, site, chromium):
    page = page_at(chromium, "desktop")
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto(f"{site}/verify?lang=en")
    first, *others = issued.credentials
    files = [issued.path(each, "ob3") for each in [first, *others[:12], *others[:3]]] + [issued.path(first, "elm")]
    page.set_input_files("#files", files)
    answered(page)
    names = page.locator("tbody tr th").all_inner_texts()
    assert len(names) == len(files)
    assert [name.split(" ")[0] for name in names] == [file.name for file in files]
    badge, credential = page.locator("article").first, page.locator("article").last
    assert f"with {files[-1].name}: both state the same award" in badge.text_content()
    assert f"with {files[0].name}: both state the same award" in credential.text_content()
    assert page.locator(".tally li").first.inner_text() == f"Genuine and current: {len(files)}"
    assert sent.count("POST") == 4
    hrefs = [each.get_attribute("href") for each in page.locator("tbody th a").all()]
    assert [page.locator(href).count() for href in hrefs] == [1] * len(files)
    assert page.trouble == []


@needs_chromium
def test_without_javascript_everything_works(issued, site, chromium, longest, changed):
    page = page_at(chromium, "desktop", javascript=False)
    page.goto(f"{site}/verify?lang=fr")
    page.set_input_files("#files", [issued.path(longest, "pdf"), changed])
    page.locator("#verify-form .go button").click()
    page.get_by_text("Non authentique").first.wait_for()
    assert page.get_by_text("Authentique et en vigueur").first.is_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Tableau (CSV)").click()
    assert download.value.suggested_filename.endswith(".csv")
    assert b"changed.json" in download.value.path().read_bytes()
    page.fill("#code", longest["verify_url"].rsplit("/", 1)[1].lower())
    page.locator(".code-form button").click()
    page.get_by_text(learner_name(issued.badge(longest))).first.wait_for()
    assert page.trouble == []
    keep(page, "without-javascript")


@needs_chromium
def test_a_keyboard_is_enough(issued, site, chromium, longest):
    page = page_at(chromium, "desktop")
    page.goto(f"{site}/verify?lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
        visible = page.evaluate(
            "(() => { const box = document.activeElement.getBoundingClientRect(); return box.width > 0 && box.height > 0 })()"
        )
        assert visible, reached[-1]
    assert {"files", "code", "Verify", "Look up", "Or paste text", "Answer as a file"} <= set(reached)
    page.get_by_text("Or paste text").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(issued.path(longest, "ob3").read_text(encoding="utf-8"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    answered(page)
    assert page.locator("article h2").all_inner_texts() == ["Genuine and current"]
    assert page.trouble == []


@needs_chromium
def test_files_are_dropped_and_text_is_pasted_anywhere(issued, site, chromium, longest):
    page = page_at(chromium, "desktop")
    page.goto(f"{site}/verify?lang=en")
    text = issued.path(longest, "ob3").read_text(encoding="utf-8")
    transfer = page.evaluate_handle(
        "text => { const all = new DataTransfer(); all.items.add(new File([text], 'dropped.json')); return all; }", text
    )
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    answered(page)
    assert page.locator(".file-name").all_inner_texts() == ["dropped.json"]
    page.evaluate(
        "text => { const all = new DataTransfer(); all.setData('text/plain', text);"
        "document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData: all, bubbles: true})); }",
        text,
    )
    page.locator(".file-name", has_text="pasted text").wait_for()
    assert page.trouble == []


@needs_chromium
def test_a_camera_reads_the_code_and_leads_to_its_page(issued, site, chromium, longest):
    page = page_at(chromium, "phone")
    page.add_init_script(CAMERA % json.dumps(longest["verify_url"]))
    page.goto(f"{site}/verify?lang=nl")
    page.get_by_text("Een papier voor u?").first.click()
    page.get_by_role("button", name="Scan met de camera").click()
    page.get_by_text("Echt en geldig").first.wait_for()
    assert page.url.endswith(longest["verify_url"].rsplit("/", 1)[1] + "?lang=nl")
    assert page.trouble == []


@needs_chromium
def test_without_a_camera_a_photograph_is_sent_like_any_file(issued, site, chromium, longest, tmp_path):
    photo = tmp_path / "photo.png"
    face = pypdfium2.PdfDocument(issued.path(longest, "pdf"))[0]
    face.render(scale=150 / 72).to_pil().save(photo)
    page = page_at(chromium, "phone")
    page.goto(f"{site}/verify?lang=en")
    page.get_by_text("Holding paper?").first.click()
    assert page.locator("#scan").is_hidden() or page.evaluate("'BarcodeDetector' in window")
    page.set_input_files("#photo", photo)
    page.locator("article").wait_for()
    assert page.locator(".file-name").all_inner_texts() == ["photo.png"]
    assert page.trouble == []


@needs_chromium
@pytest.mark.parametrize("place", ["name", "text", "typed", "target"])
def test_hostile_text_is_shown_and_never_run(site, chromium, place, tmp_path):
    page = page_at(chromium, "desktop")
    page.goto(f"{site}/{'stack' if place == 'target' else 'verify'}?lang=en")
    for number, text in enumerate(HOSTILE):
        if place == "name":
            name = text.replace("/", "∕")
            page.set_input_files("#files", {"name": name, "mimeType": "application/json", "buffer": b"{}"})
            answered(page)
            # Browsers write a quotation mark in a file's name as %22 (HTML, multipart/form-data encoding).
            assert page.locator(".file-name").first.text_content() == name.replace('"', "%22")
        elif place == "text":
            file = {
                "name": f"{number}.json",
                "mimeType": "application/json",
                "buffer": json.dumps({text: text}).encode(),
            }
            page.set_input_files("#files", file)
            answered(page)
        elif place == "typed":
            page.fill("#code", text)
            page.locator(".code-form button").click()
            page.get_by_text("Nothing found").first.wait_for()
            page.go_back()
        else:
            page.set_input_files("#files", {"name": "a.json", "mimeType": "application/json", "buffer": b"{}"})
            page.fill("#title", text)
            page.fill("#ects", "3")
            page.locator(".target .go button").click()
            page.get_by_text("no decision about a person").first.wait_for()
            assert text in page.locator(".eyebrow").first.text_content()
    assert page.title() != "run"
    # A code that leads nowhere is answered with 404, which Chromium notes; nothing else may be noted.
    assert [line for line in page.trouble if "404" not in line] == []


@needs_chromium
@needs_axe
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_any_public_page(issued, site, chromium, longest, changed, language):
    page = page_at(chromium, "phone" if language in ("nl", "fr") else "desktop")
    code = longest["verify_url"].rsplit("/", 1)[1]
    for path in (f"/c/{code}", "/issuer", "/docs", "/achievements/MC03/2024-2025", "/c/unknown", "/stack"):
        page.goto(f"{site}{path}?lang={language}")
        assert axe_findings(page) == [], path
    page.set_input_files("#files", [issued.path(entry, "ob3") for entry in issued.credentials[:2]])
    page.fill("#ects", "3")
    page.locator("#one_learner").check()
    page.locator(".target .go button").click()
    page.locator("#answer").wait_for()
    assert axe_findings(page) == [], "an answer on several"
    keep(page, f"stack-{language}")
    page.goto(f"{site}/verify?lang={language}")
    assert axe_findings(page) == [], "/verify"
    page.set_input_files("#files", [issued.path(longest, "pdf"), changed])
    answered(page)
    for details in page.locator("details").all():
        details.evaluate("each => { each.open = true; }")
    assert axe_findings(page) == [], "answers"
    assert page.get_by_text(recognition_texts()["verdict.current.sentence"][language]).first.is_visible()
    keep(page, f"answers-{language}")


@needs_chromium
def test_a_printed_answer_shows_everything_that_is_folded(issued, site, chromium, longest):
    page = page_at(chromium, "desktop")
    page.goto(f"{site}/verify?lang=en")
    page.set_input_files("#files", issued.path(longest, "pdf"))
    answered(page)
    printed = ARTIFACTS / "answer-printed.pdf"
    page.pdf(path=printed, format="A4")
    text = " ".join(" ".join(face.get_textpage().get_text_range() for face in pypdfium2.PdfDocument(printed)).split())
    assert "The electronic signature holds" in text
    assert "7. Identity" in text
    assert "A11" in text
    assert "Choose files" not in text


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
