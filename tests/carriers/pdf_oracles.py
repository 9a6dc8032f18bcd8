"""What others say of a sealed PDF: pyHanko, and poppler's pdfsig where it is installed."""

import asyncio
import re
import shutil
import subprocess
from io import BytesIO

import pytest
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


def pyhanko_says(content, anchors, moment, time_anchors=()):
    """Return pyHanko's status of the one signature of a PDF, judged at a moment under these anchors (DER)."""
    reader = PdfFileReader(BytesIO(content))
    (embedded,) = reader.embedded_signatures
    return asyncio.run(
        async_validate_pdf_signature(
            embedded,
            signer_validation_context=_context(anchors, moment),
            ts_validation_context=_context(time_anchors, moment),
        )
    )


def _context(anchors, moment):
    roots = [Certificate.load(der) for der in anchors]
    return ValidationContext(trust_roots=roots, moment=moment, allow_fetching=False, revocation_mode="soft-fail")


def pdfsig_says(content, folder):
    """Return the lines of poppler's pdfsig on a PDF."""
    program = shutil.which("pdfsig")
    if program is None:
        pytest.skip("pdfsig isn't installed: apt install poppler-utils")
    file = folder / "sealed.pdf"
    file.write_bytes(content)
    done = subprocess.run([program, "-nocert", str(file)], capture_output=True, text=True, check=False)
    return re.sub(r"\n\s*- ", "\n", done.stdout)
