"""Credentials in PDFs: what is attached comes out, and what is hostile is refused in words."""

import zlib
from io import BytesIO

import pikepdf
import pytest
from carried_samples import JSON_CREDENTIAL, JWS_CREDENTIAL, pdf
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Encryption, Name, String

from vc_issuer.carriers import pdf as carrier
from vc_issuer.carriers.pdf import ELM_NAME, OB3_NAME, attach, extract
from vc_issuer.errors import InputError, UnreadableError

FILES = {
    OB3_NAME: (JSON_CREDENTIAL, "application/vc+ld+json", "Open Badges 3.0"),
    ELM_NAME: (JWS_CREDENTIAL * 1000, "application/jose+json", "European Digital Credential"),
}


def rewritten(change, content=None) -> bytes:
    """Return an attached PDF after `change` was made to the open document."""
    out = BytesIO()
    with pikepdf.open(BytesIO(content or attach(pdf("Hello"), FILES))) as document:
        change(document)
        document.save(out)
    return out.getvalue()


def first_stream(document):
    return document.Root.AF[0].EF.F


def test_attachments_come_out_byte_for_byte():
    contents = extract(attach(pdf("Zoe"), FILES))
    assert {found.name: (found.content, found.media_type) for found in contents.attachments} == {
        name: (content, media_type) for name, (content, media_type, _) in FILES.items()
    }


def test_text_of_each_page_comes_out():
    contents = extract(attach(pdf("Zoe D'Hondt", "12 ECTS", pages=2), FILES))
    first, second = contents.text.split("\f")
    assert first == second
    assert first.splitlines() == ["Zoe D'Hondt", "12 ECTS"]


def test_same_input_gives_same_bytes():
    assert attach(pdf("Hello"), FILES) == attach(pdf("Hello"), dict(reversed(FILES.items())))


def test_attached_files_are_the_source_of_the_document():
    with pikepdf.open(BytesIO(attach(pdf("Hello"), FILES))) as document:
        assert {str(node.UF): str(node.AFRelationship) for node in document.Root.AF} == dict.fromkeys(FILES, "/Source")
        assert {str(name) for name in document.attachments} == set(FILES)


def test_carrying_pdf_is_not_attached_to_again():
    with pytest.raises(InputError, match="already"):
        attach(attach(pdf("Hello"), FILES), FILES)


def test_files_named_only_in_the_name_tree_or_only_as_associated_are_found():
    def without_af(document):
        del document.Root.AF

    def without_tree(document):
        del document.Root.Names

    def with_kids(document):
        leaf = document.Root.Names.EmbeddedFiles
        document.Root.Names.EmbeddedFiles = Dictionary(Kids=Array([leaf]))

    for change in (without_af, without_tree, with_kids):
        assert len(extract(rewritten(change)).attachments) == 2


def test_pdf_without_attachments_gives_its_text():
    contents = extract(pdf("Hello"))
    assert (contents.attachments, contents.text) == ((), "Hello")


def test_names_lose_folders_and_control_characters():
    def rename(document):
        document.Root.AF[0].UF = String("../../etc\\pass\x07wd\u202e.json")

    assert "passwd.json" in {found.name for found in extract(rewritten(rename)).attachments}


def test_bomb_stays_packed():
    def bomb(document):
        first_stream(document).write(zlib.compress(bytes(64 * 2**20), 9), filter=Name.FlateDecode)

    with pytest.raises(UnreadableError, match="larger than 5 MiB"):
        extract(rewritten(bomb))


@pytest.mark.parametrize("filters", [Name.DCTDecode, Array([Name.FlateDecode, Name.DCTDecode])])
def test_other_filters_are_refused(filters):
    def odd(document):
        first_stream(document).write(zlib.compress(b"{}"), filter=filters)

    with pytest.raises(UnreadableError, match="packed in a way"):
        extract(rewritten(odd))


def test_too_many_attachments_are_refused():
    many = {f"{n}.json": (b"{%d}" % n, "application/json", "") for n in range(carrier.MOST_ATTACHMENTS + 1)}
    with pytest.raises(UnreadableError, match="more than"):
        extract(attach(pdf("Hello"), many))


def test_list_of_attachments_without_end_is_refused():
    def loop(document):
        node = document.make_indirect(Dictionary())
        node.Kids = Array([node, node])
        document.Root.Names.EmbeddedFiles = node

    with pytest.raises(UnreadableError, match="no end"):
        extract(rewritten(loop))


@pytest.mark.parametrize("user", ["", "secret"])
def test_encrypted_pdf_is_refused(user):
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf("Hello"))) as document:
        document.save(out, encryption=Encryption(owner="owner", user=user))
    with pytest.raises(UnreadableError, match=r"encrypted|password"):
        extract(out.getvalue())


@pytest.mark.parametrize(
    "change",
    [
        lambda document: setattr(document.Root, "Names", Array([1])),
        lambda document: setattr(document.Root, "AF", Array([1, 2])),
        lambda document: setattr(document.Root, "AF", Name.Source),
        lambda document: setattr(first_stream(document), "DecodeParms", Dictionary(Predictor=12)),
    ],
)
def test_odd_types_inside_are_refused(change):
    with pytest.raises(UnreadableError):
        extract(rewritten(change))


@pytest.mark.parametrize("odd", [String("x"), Array([]), Name.X, 7, Dictionary(F=7), Dictionary(UF=Array([]))])
@pytest.mark.parametrize("place", ["EF", "UF", "F"])
def test_odd_file_specifications_raise_nothing_but_our_error(odd, place):
    def change(document):
        document.Root.AF[0][f"/{place}"] = odd

    try:
        found = extract(rewritten(change)).attachments
    except UnreadableError:
        return
    assert len(found) in {1, 2}


def test_pdf_with_javascript_is_only_read():
    def script(document):
        document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))

    assert len(extract(rewritten(script)).attachments) == 2


def test_damage_is_refused():
    whole = attach(pdf("Hello"), FILES)
    for content in (b"", b"%PDF-1.7", whole[: len(whole) // 2], b"x" + whole, b"%PDF-" + bytes(carrier.MOST_PDF_BYTES)):
        with pytest.raises(UnreadableError):
            extract(content)


def test_too_many_parts_are_refused():
    def swell(document):
        document.Root.Junk = Array([document.make_indirect(Dictionary()) for _ in range(carrier.MOST_OBJECTS + 1)])

    with pytest.raises(UnreadableError, match="too many parts"):
        extract(rewritten(swell))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 5000), st.binary(min_size=1, max_size=4))
def test_arbitrary_and_damaged_bytes_raise_nothing_but_our_error(tail, place, damage):
    whole = attach(pdf("Hello"), {OB3_NAME: FILES[OB3_NAME]})
    place %= len(whole)
    for content in (b"%PDF-1.4\n" + tail, whole[:place] + damage + whole[place + len(damage) :]):
        try:
            extract(content)
        except UnreadableError:
            continue
