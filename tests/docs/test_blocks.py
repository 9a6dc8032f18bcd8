"""What the documentation shows works: its blocks read, its commands exist, its links lead somewhere, no field is left out."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from reference import ROOT
from vc_issuer.cli.main import command_line
from vc_issuer.intake import offering_file, offering_parts
from vc_issuer.intake.institutions import institutions
from vc_issuer.intake.offering_file import read_offering
from vc_issuer.rules import check_offering

PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md"), ROOT / "keys/README.md"]
)
BLOCK = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?P<target>[^)#\s]+)(#[^)]*)?\)|<img[^>]* src=\"(?P<image>[^\"]+)\"")
FIELD = re.compile(
    r'\b(?:table|entry)\.(?:word|text|number|whole|flag|day|choice|words|wholes|table|tables|take)\(\s*"(\w+)"'
)
BLOCKS = [
    (page, match["kind"], match["text"]) for page in PAGES for match in BLOCK.finditer(page.read_text(encoding="utf-8"))
]
COMMANDS = [
    (page, line.strip().split("  ")[0])
    for page, kind, text in BLOCKS
    if kind in ("sh", "console")
    for line in text.replace("\\\n", " ").splitlines()
    if line.strip().startswith("vc-issuer")
]


def named(value):
    return str(value.relative_to(ROOT)) if hasattr(value, "relative_to") else str(value)[:40]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_link_leads_to_something_that_is_there(page):
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    targets = [match["target"] or match["image"] for match in LINK.finditer(text)]
    broken = [t for t in targets if "://" not in t and not t.startswith("mailto:") and not (page.parent / t).exists()]
    assert broken == []


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=named)
def test_a_command_that_a_page_shows_exists_with_its_options(page, line):
    command, words = get_command(command_line()), shlex.split(line, comments=True)[1:]
    options = {name for option in command.params for name in option.opts}
    for word in words:
        if word.startswith("-"):
            assert word.split("=")[0] in options, f"{named(page)}: {line}"
        elif word in getattr(command, "commands", {}):
            command = command.commands[word]
            options |= {name for option in command.params for name in option.opts}
    assert not getattr(command, "commands", {}), f"{named(page)} ends at a group: {line}"


def test_the_example_in_the_offering_page_is_an_offering_that_nothing_blocks():
    page = (ROOT / "docs/offering-file.md").read_text(encoding="utf-8")
    (example,) = [match["text"] for match in BLOCK.finditer(page) if match["kind"] == "toml"]
    offering = read_offering(
        example.encode(), filename="doc.toml", base_url="https://credentials.uzb.example", institutions=institutions()
    )
    assert [f.rule for f in check_offering(offering) if f.severity.value in "EQ"] == []


def test_every_field_of_the_offering_file_is_documented():
    page = (ROOT / "docs/offering-file.md").read_text(encoding="utf-8")
    sources = [Path(module.__file__).read_text(encoding="utf-8") for module in (offering_file, offering_parts)]
    fields = {field for source in sources for field in FIELD.findall(source)}
    assert len(fields) > 70
    assert sorted(field for field in fields if f"`{field}`" not in page and f"{field} =" not in page) == []


@pytest.mark.parametrize(("page", "text"), [(page, text) for page, kind, text in BLOCKS if kind == "toml"], ids=named)
def test_a_toml_block_is_toml(page, text):
    assert tomllib.loads(text)
