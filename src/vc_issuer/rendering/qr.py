"""The QR code of a document: its modules, and one vector path that draws them (domain 7.5, threat T37).

Level Q at least and version 6 at most, so that a fax or a phone still reads it. The text is drawn as it is
handed in; an address in capitals stays in the alphanumeric mode, which makes the modules larger.
"""

from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode
from reportlab.pdfgen.pathobject import PDFPathObject

from vc_issuer.errors import InputError

LARGEST_VERSION = 6  # 41 modules: 0.73 mm each at 30 mm, which 150 dpi still resolves
QUIET_MODULES = 4  # ISO/IEC 18004, section 9.1
LEVELS = {"Q": ERROR_CORRECT_Q, "H": ERROR_CORRECT_H}


def qr_matrix(text: str, level: str = "Q") -> list[list[bool]]:
    """Return the modules of the smallest QR code for `text`, dark ones True, without the quiet zone.

    Raises InputError if the text does not fit a code that prints well.
    """
    code = QRCode(version=None, error_correction=LEVELS[level], border=0)
    code.add_data(text)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as cause:
        raise _too_long(text) from cause
    if code.version > LARGEST_VERSION:
        raise _too_long(text)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def trace_modules(path: PDFPathObject, modules: list[list[bool]], *, x: float, y: float, side: float) -> None:
    """Add the dark modules to `path` as one rectangle a run; `x`, `y` is the lower left corner of the symbol."""
    unit = side / len(modules)
    for index, row in enumerate(modules):
        top = y + side - index * unit
        start = None
        for column, dark in enumerate([*row, False]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                path.rect(x + start * unit, top - unit, (column - start) * unit, unit)
                start = None


def printed_code(code: str) -> str:
    """Group the verification code in fours and fives for the eye; readers drop the spaces."""
    groups = -(-len(code) // 5) or 1
    least, longer = divmod(len(code), groups)
    ends = [least * (n + 1) + min(n + 1, longer) for n in range(groups)]
    return " ".join(code[start:end] for start, end in zip([0, *ends], ends, strict=False))


def _too_long(text: str) -> InputError:
    return InputError(
        f"The verification address of {len(text)} characters makes too dense a QR code.",
        remedy="Give the home a shorter host name, in at most 60 characters with the code.",
    )
