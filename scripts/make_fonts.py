"""Cut the static faces in src/vc_issuer/rendering/fonts from the variable Noto fonts that PyPI carries (OFL-1.1).

Run by hand when a face changes: it asks pip for two packages, which are no dependency of the project, and writes
the same bytes each time. Only pair kerning stays of the layout tables; nothing else is read when we draw.
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FONTS = Path(__file__).resolve().parent.parent / "src" / "vc_issuer" / "rendering" / "fonts"

PACKAGES = {"NotoSans": "fontpkg-noto-sans==2.15", "NotoSerif": "fontpkg-noto-serif==2.15"}

FACES = (
    ("NotoSans", "Regular", 400),
    ("NotoSans", "SemiBold", 600),
    ("NotoSerif", "Regular", 400),
    ("NotoSerif", "SemiBold", 600),
)

# Latin, Greek and Cyrillic, whole, with their marks, punctuation, super- and subscripts, currencies and signs.
RANGES = (
    (0x0020, 0x007E),
    (0x00A0, 0x052F),
    (0x1AB0, 0x1AFF),
    (0x1C80, 0x1C8F),
    (0x1D00, 0x1DFF),
    (0x1E00, 0x1FFF),
    (0x2000, 0x200A),
    (0x200C, 0x200D),
    (0x2010, 0x2027),
    (0x202F, 0x205F),
    (0x2070, 0x20CF),
    (0x2100, 0x22FF),
    (0x25CC, 0x25CC),
    (0x2C60, 0x2C7F),
    (0x2DE0, 0x2DFF),
    (0x2E00, 0x2E7F),
    (0xA640, 0xA69F),
    (0xA720, 0xA7FF),
    (0xAB30, 0xAB6F),
    (0xFB00, 0xFB06),
    (0xFFFD, 0xFFFD),
)


def main() -> None:
    """Download, instantiate, subset and write every face with its licence."""
    with tempfile.TemporaryDirectory() as folder:
        for family, requirement in PACKAGES.items():
            source, licence = _fetch(family, requirement, Path(folder) / family)
            (FONTS / f"OFL-{family}.txt").write_text(licence, encoding="utf-8")
            for face_family, style, weight in FACES:
                if face_family == family:
                    _cut(source, family, style, weight)


def _fetch(family: str, requirement: str, folder: Path) -> tuple[Path, str]:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), requirement]
    subprocess.run(command, check=True)  # noqa: S603 the command is fixed above
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    (font,) = folder.glob(f"fontpkg_*/files/{family}[[]*")
    (licence,) = folder.glob("fontpkg_*/LICENSE")
    return font, licence.read_text(encoding="utf-8")


def _cut(source: Path, family: str, style: str, weight: int) -> None:
    font = instancer.instantiateVariableFont(TTFont(source), {"wght": weight, "wdth": 100}, updateFontNames=False)
    _rename(font, family, style)
    options = Options()
    options.layout_features = ["kern"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 4, 5, 6, 13, 14]
    options.recalc_timestamp = False
    options.drop_tables += ["STAT", "MVAR", "HVAR", "avar", "DSIG", "GDEF", "BASE", "gasp", "prep"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    subsetter.subset(font)
    target = FONTS / f"{family}-{style}.ttf"
    font.save(target)
    print(f"{target.name}: {target.stat().st_size} bytes, {len(font.getBestCmap())} characters")


def _rename(font: TTFont, family: str, style: str) -> None:
    spaced = family.replace("Noto", "Noto ")
    for name_id, text in ((1, spaced), (2, style), (4, f"{spaced} {style}"), (6, f"{family}-{style}")):
        font["name"].setName(text, name_id, 3, 1, 0x409)


if __name__ == "__main__":
    main()
