"""Pictures, PDFs and credentials for the carriers, small and synthetic."""

from io import BytesIO

from PIL import Image
from reportlab.pdfgen.canvas import Canvas

JSON_CREDENTIAL = '{"@context":["https://www.w3.org/ns/credentials/v2"],"name":"Zoë ]]> <&> 🎓"}'.encode()
JWS_CREDENTIAL = b"eyJhbGciOiJFUzI1NiJ9.eyJ2Y3QiOiJ4In0.c2lnbmF0dXJl"
SVG = b'<?xml version="1.0"?>\n<!-- badge -->\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" id=">"><g/></svg>\n'


def png(mode: str = "P", size: tuple[int, int] = (8, 8)) -> bytes:
    out = BytesIO()
    Image.new(mode, size).save(out, "PNG")
    return out.getvalue()


def pdf(*lines: str, pages: int = 1) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, invariant=1)
    for _ in range(pages):
        for place, line in enumerate(lines):
            canvas.drawString(72, 700 - 20 * place, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()
