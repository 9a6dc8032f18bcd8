"""The rendered PDF: what it says, that it says it the same way each time, and that it holds what people bring."""

import unicodedata
from decimal import Decimal
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from printed_samples import CODE, HOST, VERIFY_URL, both, certificate, credit_certificate, render

from vc_issuer.carriers.pdf import OB3_NAME, attach, extract
from vc_issuer.errors import InputError
from vc_issuer.model.credential import CredentialSummary, SummaryOutcome
from vc_issuer.rendering.pdf import render_certificate
from vc_issuer.rendering.printed import text_matches

NAME_120 = "Wolfeschlegelsteinhausenbergerdorff-Van Overstraeten-de la Cruz y Montoya Hernández, Maria Alexandra Johanna Phil Øvergd"
TITLE_250 = ('R&D <strong>"Safety"</strong> – H₂O & CO₂ <img src=file:///etc/passwd> <font color="[[[…]]]"> ' * 3)[:250]


def pages(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_bounded() for page in document]


def text(content: bytes) -> str:
    return "\f".join(pages(content))


def squeeze(value: str) -> str:
    return "".join(value.split())


def glyph_sizes(content: bytes, wanted: str) -> set[float]:
    """Return the sizes in points at which the first occurrence of `wanted` on the first page is set."""
    page = pypdfium2.PdfDocument(content)[0].get_textpage()
    whole = page.get_text_range()
    start = whole.index(wanted)
    raw = pypdfium2.raw
    return {round(raw.FPDFText_GetFontSize(page, n), 2) for n in range(start, start + len(wanted))}


def test_face_prints_every_signed_fact():
    face = pages(render())[0]
    for fact in ("Zoë D’Hondt", "UZB-2025-000123", "30 juni 2025", "30 June 2025", "VKS niveau 7", HOST):
        assert fact in face
    assert squeeze("12ECTS") in squeeze(face)
    assert squeeze("Revalidatie en preventie bij gezond ouder worden") in squeeze(face)
    assert squeeze(CODE) in squeeze(face)


@pytest.mark.parametrize("summaries", [both(), credit_certificate()], ids=["certificate", "credit certificate"])
def test_print_and_claims_agree_in_the_authoritative_language(summaries):
    assert text_matches(summaries["nl"], text(render(summaries))) == ()
    assert text_matches(summaries["en"], text(render(summaries))) == ()


def test_supplement_prints_all_eleven_items_in_both_languages():
    supplement = squeeze("".join(pages(render())[1:]))
    for fact in ("Leerresultaten", "Learning outcomes", "Praktijkproef", "Practical assessment", "Blended", "België"):
        assert squeeze(fact) in supplement
    for fact in (
        "330 uur studietijd",
        "12 studiepunten (ECTS)",
        "EQF niveau 7",
        "Interne kwaliteitszorg",
        "2 juli 2025",
    ):
        assert squeeze(fact) in supplement


def test_same_input_gives_same_bytes():
    assert render() == render()


def test_credit_certificate_shows_mark_and_birth_date():
    face = pages(render(credit_certificate()))[0]
    assert "14/20" in face
    assert "geboren op 29 februari 2000" in face
    assert "Creditbewijs" in face


def test_certificate_shows_no_mark():
    assert "Resultaat" not in text(render())


def test_name_of_120_characters_fits_the_first_page_at_nine_points_or_more():
    assert len(NAME_120) == 120
    summaries = both(learner_name=NAME_120, title=TITLE_250, credits=Decimal("59.5"))
    content = render(summaries)
    assert text_matches(summaries["nl"], text(content)) == ()
    assert min(glyph_sizes(content, "Wolfeschlegelsteinhausenbergerdorff")) >= 9


def test_markup_in_data_is_printed_as_it_stands():
    content = render(both(title=TITLE_250))
    assert squeeze(TITLE_250) in squeeze(pages(content)[0])


@pytest.mark.parametrize(
    "name",
    [
        "Łukasz Żółć",
        "Ğülşen Işık",
        "Nguyễn Thị Ánh Tuyết",
        "al-Ḥusaynī",
        "Ó Súilleabháin",
        "O’Neill",
        "Олександр Ковальчук",
        "Αλέξανδρος Παπαδόπουλος",
        "O",
        "Œuvrard ẞ Ħ Ț ő ű",
    ],
)
def test_names_are_read_back_as_they_are_signed(name):
    summaries = both(learner_name=unicodedata.normalize("NFC", name))
    assert text_matches(summaries["nl"], text(render(summaries))) == ()


def test_no_glyph_is_the_box_of_a_missing_character():
    content = render(both(learner_name="王 Zoë 小明 D’Hondt"))
    page = pypdfium2.PdfDocument(content)[0].get_textpage()
    codes = {pypdfium2.raw.FPDFText_GetUnicode(page, n) for n in range(page.count_chars())}
    assert 0 not in codes
    assert 0xFFFD not in codes
    with pikepdf.open(BytesIO(content)) as pdf:
        encodings = [font.ToUnicode.read_bytes() for font in pdf.pages[0].Resources.Font.values()]
    assert encodings
    assert not any(b"<FFFD>" in encoding.upper() for encoding in encodings)


def test_sixty_outcomes_flow_over_further_pages():
    outcomes = tuple(SummaryOutcome(id=f"urn:x#lo-{n}", title=f"Outcome {n} " + "word " * 20) for n in range(1, 61))
    content = render(both(outcomes=outcomes))
    printed = pages(content)
    assert len(printed) >= 4
    assert all(f"Outcome {n} " in "".join(printed) for n in range(1, 61))
    assert f"Page {len(printed)} of {len(printed)}" in printed[-1]


def test_an_endless_paragraph_is_cut_between_pages():
    content = render(both(description="word " * 4000))
    assert squeeze("".join(pages(content))).count("word") >= 8000


def test_summary_with_little_prints_what_there_is():
    bare = CredentialSummary(
        **{
            name: getattr(certificate("en"), name)
            for name in (
                *("format", "id", "language", "title", "issuer_id", "issuer_name", "issuer_legal_id"),
                *("awarding_bodies", "learner_name"),
            )
        },
        kind="",
        number="",
    )
    printed = text(render({"en": bare}, demo=False))
    assert "Zoë D’Hondt" in printed
    assert "DEMO" not in printed
    assert "Proof of learning" in printed


def test_demo_documents_say_so_on_every_page():
    assert all("DEMO" in page for page in pages(render()))
    assert "DEMO" not in text(render(demo=False))


def test_file_is_tagged_titled_and_carries_its_fonts():
    with pikepdf.open(BytesIO(render())) as pdf:
        assert str(pdf.Root.Lang) == "nl"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.docinfo["/Author"]) == "Universiteit Zennebeek (demo)"
        assert str(pdf.docinfo["/Title"]).startswith("Certificaat micro-credential: Revalidatie")
        assert str(pdf.docinfo["/CreationDate"]) == "D:20250702080000Z"
        assert pdf.Root.StructTreeRoot.K.S == "/Document"
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert all("/FontFile2" in font.FontDescriptor for font in fonts)


def test_every_marked_content_belongs_to_the_structure():
    with pikepdf.open(BytesIO(render())) as pdf:
        for page in pdf.pages:
            marked = page.Contents.read_bytes().count(b"/MCID")
            parents = dict(zip(*[iter(pdf.Root.StructTreeRoot.ParentTree.Nums)] * 2, strict=True))
            assert len(parents[page.obj.StructParents]) == marked
            assert page.Contents.read_bytes().count(b"BDC") + page.Contents.read_bytes().count(
                b"BMC"
            ) == page.Contents.read_bytes().count(b"EMC")


def test_logo_is_drawn_with_an_alternative():
    logo = BytesIO()
    Image.new("RGB", (300, 80), "navy").save(logo, "PNG")
    with pikepdf.open(BytesIO(render(logo=logo.getvalue()))) as pdf:
        assert "/XObject" in pdf.pages[0].Resources
        figures = [node for node in pdf.Root.StructTreeRoot.K.K if node.S == "/Figure"]
        assert str(figures[0].Alt) == "Universiteit Zennebeek (demo)"


def test_attached_file_gives_back_bytes_and_a_text_that_agrees():
    summaries = credit_certificate()
    carried = extract(attach(render(summaries), {OB3_NAME: (b"{}", "application/vc+ld+json", "Open Badges 3.0")}))
    assert [(found.name, found.content) for found in carried.attachments] == [(OB3_NAME, b"{}")]
    assert text_matches(summaries["nl"], carried.text) == ()


def test_many_institutions_and_a_logo_leave_room_for_everything():
    bodies = tuple(f"Universiteit nummer {n}" for n in range(6))
    summaries = both(awarding_bodies=bodies, learner_name=NAME_120)
    printed = text(render(summaries))
    assert text_matches(summaries["nl"], printed) == ()
    assert all(body in printed for body in bodies)


def test_joint_award_names_every_awarding_body():
    bodies = ("Universiteit Scheldeland", "Universität Nebelstein")
    face = pages(render(both(awarding_bodies=bodies)))[0]
    assert all(body in face for body in bodies)


def test_address_too_long_for_a_good_code_is_refused():
    with pytest.raises(InputError, match="too dense"):
        render(verify_url=VERIFY_URL + "0" * 60)


@pytest.mark.parametrize("languages", [[], ["nl", "en", "fr"]])
def test_only_one_or_two_languages_print(languages):
    with pytest.raises(InputError, match="one or two languages"):
        render_certificate(
            dict.fromkeys(languages, certificate()), verify_url=VERIFY_URL, code=CODE, verify_host=HOST, demo=False
        )
