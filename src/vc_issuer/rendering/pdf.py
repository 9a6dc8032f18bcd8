"""Render a document as PDF from summaries: a face to be proud of, then the supplement with every signed fact.

The same input gives the same bytes. Data from outside is drawn as glyphs and never read as markup (threat T36).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from vc_issuer.errors import InputError
from vc_issuer.model.credential import CredentialSummary
from vc_issuer.rendering.demo_mark import draw_demo_mark
from vc_issuer.rendering.first_page import LEFT as FACE_LEFT
from vc_issuer.rendering.first_page import draw_first_page
from vc_issuer.rendering.guilloche import define_band, define_rosette
from vc_issuer.rendering.labels import label
from vc_issuer.rendering.pen import Pen
from vc_issuer.rendering.printout import Printout
from vc_issuer.rendering.supplement import LEFT, draw_page_foot, draw_supplement_page, lay_out_supplement
from vc_issuer.rendering.tagging import Properties, finish
from vc_issuer.rendering.typefaces import Face, font

MOST_LANGUAGES = 2  # two columns are what a page of A4 holds in a readable size

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # the file's date where a foreign document names none


def render_certificate(
    summaries: Mapping[str, CredentialSummary],
    *,
    verify_url: str,
    code: str,
    verify_host: str,
    demo: bool,
    logo: bytes | None = None,
) -> bytes:
    """Render the PDF of one document, without its attachments.

    `summaries` holds one or two languages, the authoritative one first. `code` is printed in groups, `verify_url`
    stands in the QR code exactly as given, `verify_host` is the name readers are told to trust. `logo` is the
    issuer's PNG or JPEG. Raises InputError where no summary, more than two, or a too long address is given.
    """
    if not 0 < len(summaries) <= MOST_LANGUAGES:
        raise InputError(f"A document prints in one or two languages, not {len(summaries)}.")
    printout = Printout(
        summaries=summaries, verify_url=verify_url, code=code, verify_host=verify_host, demo=demo, logo=logo
    )
    buffer = BytesIO()
    canvas = _open_canvas(buffer, printout)
    pen = Pen(canvas)
    _draw_pages(pen, printout)
    canvas.save()
    properties = Properties(
        language=printout.languages[0], title=_title(printout), issued=printout.main.valid_from or EPOCH
    )
    return finish(buffer.getvalue(), pen.root, properties)


def _open_canvas(buffer: BytesIO, printout: Printout) -> Canvas:
    # A face of ours from the start, or reportlab names a Helvetica that no file carries.
    first = font(Face.TEXT.value).fontName
    canvas = Canvas(buffer, pagesize=A4, invariant=1, initialFontName=first)  # type: ignore[arg-type] # a wrong stub
    canvas.setTitle(_title(printout))
    canvas.setAuthor(printout.main.issuer_name)
    canvas.setSubject(printout.main.number)
    canvas.setCreator("vc_issuer")
    define_band(canvas, "band", printout.theme.tint)
    define_rosette(canvas, "rosette", printout.theme.tint)
    return canvas


def _draw_pages(pen: Pen, printout: Printout) -> None:
    supplement = lay_out_supplement(printout)
    count = 1 + len(supplement)
    if printout.demo:
        draw_demo_mark(pen, printout)
    draw_first_page(pen, printout)
    draw_page_foot(pen, printout, 1, count, left=FACE_LEFT)
    for index, rows in enumerate(supplement):
        pen.turn_page()
        if printout.demo:
            draw_demo_mark(pen, printout)
        draw_supplement_page(pen, printout, rows, first=not index)
        draw_page_foot(pen, printout, index + 2, count, left=LEFT)
    pen.turn_page()


def _title(printout: Printout) -> str:
    kind = label(printout.kind, printout.languages[0])
    return f"{kind}: {printout.main.title}"
