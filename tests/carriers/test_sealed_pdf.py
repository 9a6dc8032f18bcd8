"""PDFs with a seal: others call them intact, valid and trusted, and any change to them is told."""

from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from carried_samples import JSON_CREDENTIAL, JWS_CREDENTIAL, pdf
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_oracles import pdfsig_says, pyhanko_says
from pki import Pki
from printed_samples import render
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from seal_builder import NOON, seal_key

from vc_issuer.carriers.pdf import ELM_NAME, OB3_NAME, attach, extract
from vc_issuer.carriers.pdf_place import SealPlace, is_sealed, open_place
from vc_issuer.errors import ConfigurationError, InconclusiveError, InvalidError, UnreadableError
from vc_issuer.securing.jades_evidence import SealLevel
from vc_issuer.securing.pades import pdf_sealing
from vc_issuer.x509.cms import read_signed_data
from vc_issuer.x509.der import SEQUENCE, SET, read_der, write_der, write_integer, write_oid

FILES = {
    OB3_NAME: (JSON_CREDENTIAL, "application/vc+ld+json", "Open Badges 3.0"),
    ELM_NAME: (JWS_CREDENTIAL * 1000, "application/jose+json", "European Digital Credential"),
}


def sealed(key, *, page=None, stamp=None, spare=0, created=NOON):
    sealing = pdf_sealing(key, created)
    room = sealing.room(stamp and len(stamp(b""))) + spare if stamp else sealing.room() + spare
    place = SealPlace(room=room, created=created, label="Seal of Demo University")
    found = open_place(attach(page or pdf("Hello"), FILES, place=place))
    signed = sealing.sign(found.digest(sealing.hash_name))
    return found.fill(sealing.write(signed, stamp(signed.signature) if stamp else b""))


@pytest.fixture(scope="module")
def key():
    return seal_key()


@pytest.fixture(scope="module")
def whole(key):
    return sealed(key)


def seal_of(content):
    (seal,) = extract(content).seals
    return seal


def anchor(key):
    return key.method.certificates[-1:]


@pytest.mark.parametrize("kind", ["P-256", "P-384", "RSA"])
def test_others_call_it_intact_valid_and_trusted(kind, tmp_path):
    key = seal_key(kind)
    content = sealed(key)
    status = pyhanko_says(content, anchor(key), NOON + timedelta(days=1))
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.bottom_line
    said = pdfsig_says(content, tmp_path)
    assert "Signature Type: ETSI.CAdES.detached" in said
    assert "Signature Validation: Signature is Valid." in said
    assert "Total document signed" in said
    facts = seal_of(content).facts
    assert (facts.level, facts.claimed_time, facts.certificates) == (SealLevel.B, NOON, key.method.certificates[:1])


def test_a_time_stamp_is_believed_by_others(tmp_path):
    pki = Pki()
    content = sealed(pki.seal_key, stamp=pki.tsa.token)
    status = pyhanko_says(content, pki.anchors, NOON + timedelta(days=1), pki.time_anchors)
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    stamp = status.timestamp_validity
    assert (stamp.intact, stamp.valid, stamp.trusted, stamp.timestamp) == (True, True, True, pki.tsa.time)
    assert "Signature is Valid" in pdfsig_says(content, tmp_path)
    facts = seal_of(content).facts
    assert (facts.level, [stamp.time for stamp in facts.time_stamps]) == (SealLevel.T, [pki.tsa.time])


def test_a_time_stamp_over_something_else_is_told():
    pki = Pki()
    seal = seal_of(sealed(pki.seal_key, stamp=lambda _: pki.tsa.token(b"something else")))
    assert isinstance(seal.problem, InvalidError)
    assert (str(seal.problem), seal.problem.indication) == (
        "the seal's time-stamp doesn't hold: it is over something else",
        "HASH_FAILURE",
    )


def test_the_same_files_come_out_and_the_page_says_the_same(whole):
    plain, contents = extract(attach(pdf("Hello"), FILES)), extract(whole)
    assert (contents.attachments, contents.text) == (plain.attachments, plain.text)
    assert (plain.seals, seal_of(whole).added) == ((), 0)
    assert is_sealed(whole)
    assert not is_sealed(attach(pdf("Hello"), FILES))
    assert not is_sealed(attach(pdf("Hello"), FILES, place=SealPlace(room=2000, created=NOON, label="Seal")))


def test_a_tagged_print_stays_tagged_and_shows_nothing_more(key):
    plain, content = render(), sealed(key, page=render())
    with pikepdf.open(BytesIO(content)) as document, pikepdf.open(BytesIO(plain)) as before:
        (field,) = document.Root.AcroForm.Fields
        assert list(field.Rect) == [0, 0, 0, 0]
        assert "/AP" not in field
        assert int(field.F) == 4 | 128
        form = document.Root.StructTreeRoot.K.K[-1]
        assert (form.S, form.K.Obj.objgen) == ("/Form", field.objgen)
        numbers = list(document.Root.StructTreeRoot.ParentTree.Nums)
        assert dict(zip(numbers[::2], numbers[1::2], strict=True))[field.StructParent].objgen == form.objgen
        assert document.Root.MarkInfo.Marked
        assert document.pdf_version == "1.7"
        assert len(document.Root.StructTreeRoot.K.K) == len(before.Root.StructTreeRoot.K.K) + 1
        for page, other in zip(document.pages, before.pages, strict=True):
            assert page.Contents.read_bytes() == other.Contents.read_bytes()


def test_the_same_signature_gives_the_same_bytes(key):
    place = SealPlace(room=3000, created=NOON, label="Seal")
    assert attach(pdf("Hello"), FILES, place=place) == attach(pdf("Hello"), FILES, place=place)


def test_any_changed_byte_breaks_it(whole):
    end = whole.index(b"/Contents <")
    told = 0
    for place in range(20, end, 500):
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        try:
            seal = seal_of(changed)
        except UnreadableError:
            continue
        assert seal.facts is None
        assert "changed after it was sealed" in str(seal.problem)
        told += 1
    assert told


def test_what_is_added_afterwards_is_counted(whole):
    note = b"\n%% a note\n"
    seal = seal_of(whole + note)
    assert (seal.facts is not None, seal.added) == (True, len(note))
    out = BytesIO(whole)
    writer = IncrementalPdfFileWriter(out)
    writer.root["/Lang"] = writer.root["/Lang"] if "/Lang" in writer.root else writer.root["/Type"]
    writer.update_root()
    writer.write_in_place()
    updated = out.getvalue()
    assert updated.startswith(whole)
    assert seal_of(updated).added == len(updated) - len(whole)


def test_a_copy_that_was_saved_again_is_told_to_be_broken(whole):
    out = BytesIO()
    with pikepdf.open(BytesIO(whole)) as document:
        document.save(out)
    seal = seal_of(out.getvalue())
    assert isinstance(seal.problem, InvalidError)


def rewritten(content, old, new):
    assert content.count(old) == 1
    return content.replace(old, new.ljust(len(old)))


def byte_range(content):
    start = content.index(b"/ByteRange [")
    return content[start : content.index(b"]", start) + 1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda a, b, c: (0, a, b, c - 1), "changed"),
        (lambda a, b, c: (1, a, b, c), "not this file"),
        (lambda a, b, c: (0, a - 8, b, c), "beside it"),
        (lambda a, b, c: (0, a, b + 8, c - 8), "beside it"),
        (lambda a, b, c: (0, a, b, c + 1), "not this file"),
        (lambda a, b, c: (0, b, a, c), "not this file"),
        (lambda a, b, c: (0, a, b), "doesn't say what it covers"),
    ],
)
def test_a_seal_that_covers_less_than_all_but_itself_is_refused(whole, change, said):
    old = byte_range(whole)
    _, a, b, c = (int(part) for part in old.split(b"[")[1].strip(b" ]").split())
    places = " ".join(map(str, change(a, b, c))).encode()
    new = b"/ByteRange [" + places + b" " * (len(old) - len(places) - 13) + b"]"
    seal = seal_of(rewritten(whole, old, new))
    assert isinstance(seal.problem, InvalidError)
    assert said in str(seal.problem)


@pytest.mark.parametrize(
    ("old", "new", "kind", "said"),
    [
        (b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached", InconclusiveError, "not checked here (adbe.pkcs7.detached)"),
        (b"(D:20250704120000Z)", b"(yesterday)", InconclusiveError, "does not say when"),
        (b"(D:20250704120000Z)", b"(D:20251504120000Z)", InvalidError, "its time is none"),
        (b"/Contents <3082", b"/Contents <3183", InvalidError, "can't be read"),
    ],
)
def test_what_is_no_seal_of_this_kind_is_told(whole, old, new, kind, said):
    seal = seal_of(rewritten(whole, old, new))
    assert isinstance(seal.problem, kind)
    assert said in str(seal.problem)


def test_a_seal_too_long_for_its_room_is_refused_before_anything_is_written(key):
    with pytest.raises(ConfigurationError, match="doesn't fit"):
        sealed(key, spare=-400)
    with pytest.raises(ConfigurationError, match="no room"):
        open_place(attach(pdf("Hello"), FILES))


@pytest.mark.filterwarnings("ignore:This document has")
def test_too_many_seals_and_forms_without_end_are_refused(whole):
    def rebuilt(change):
        out = BytesIO()
        with pikepdf.open(BytesIO(whole)) as document:
            change(document)
            document.save(out)
        return out.getvalue()

    def many(document):
        (field,) = document.Root.AcroForm.Fields
        fields = [pikepdf.Dictionary(V=pikepdf.Dictionary(dict(field.V.items()))) for _ in range(9)]
        document.Root.AcroForm.Fields = pikepdf.Array(fields)

    def loop(document):
        (field,) = document.Root.AcroForm.Fields
        field.Kids = pikepdf.Array([field, field])

    for change, said in ((many, "more than 8 seals"), (loop, "no end")):
        with pytest.raises(UnreadableError, match=said):
            extract(rebuilt(change))


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 100_000), st.binary(min_size=1, max_size=6))
def test_a_damaged_seal_raises_nothing_and_never_holds(place, damage):
    content = _FUZZED
    place %= len(content)
    changed = content[:place] + damage + content[place + len(damage) :]
    try:
        seals = extract(changed).seals
    except UnreadableError:
        return
    if changed.lower() != content.lower():  # a seal's octets may be written in small or capital letters
        assert all(seal.facts is None or seal.added for seal in seals)


def test_no_octet_of_a_seal_can_be_another():
    """Also those that no signature covers: tags, versions, the names of algorithms."""
    start = _FUZZED.index(b"<30") + 1
    length = 4 + int(_FUZZED[start + 4 : start + 8], 16)
    for place in range(length):
        octet = int(_FUZZED[start + 2 * place : start + 2 * place + 2], 16)
        changed = bytearray(_FUZZED)
        changed[start + 2 * place : start + 2 * place + 2] = b"%02x" % (octet ^ 1 << place % 8)
        try:
            (seal,) = extract(bytes(changed)).seals
        except UnreadableError:
            continue
        assert seal.facts is None, f"octet {place} of {length}"


def test_a_seal_may_bring_revocation_lists_and_name_more_hashes_and_its_version_says_what_it_holds():
    start = _FUZZED.index(b"<30") + 1
    length = 4 + int(_FUZZED[start + 4 : start + 8], 16)
    name, wrapped = read_der(bytes.fromhex(_FUZZED[start : start + 2 * length].decode())).children()
    version, hashes, *rest, signers = (each.encoded for each in wrapped.children()[0].children())

    def signed_data(*, version=version, hashes=hashes, beside=b""):
        body = write_der(SEQUENCE, version, hashes, *rest, beside, signers)
        return read_der(write_der(SEQUENCE, name.encoded, write_der(0xA0, body)))

    sha1 = write_der(SEQUENCE, write_oid("1.3.14.3.2.26"))
    more = write_der(SET, sha1, read_der(hashes).content)
    revocation_list, other = write_der(SEQUENCE), write_der(0xA1)
    read_signed_data(signed_data(hashes=more, beside=write_der(0xA1, revocation_list)))
    read_signed_data(signed_data(version=write_integer(5), beside=write_der(0xA1, other)))
    for wrong in (
        {"version": write_integer(3)},
        {"beside": write_der(0xA1, other)},
        {"version": write_integer(5), "beside": write_der(0xA1, revocation_list)},
        {"hashes": write_der(SET, sha1)},
    ):
        with pytest.raises(UnreadableError):
            read_signed_data(signed_data(**wrong))


_FUZZED = sealed(seal_key())
