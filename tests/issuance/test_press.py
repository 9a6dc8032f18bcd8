"""The press: the bytes of the generic path, every signature verified, a sample of every batch looked at again."""

import gc
import hashlib
from contextlib import nullcontext
from dataclasses import replace

import pytest

from issuance.house import LATER, key_ring, profile, record
from vc_issuer.errors import InvalidError, RuleError
from vc_issuer.issuance import signing
from vc_issuer.issuance.signing import (
    ChunkTask,
    Press,
    Signing,
    check_prepared,
    check_secured,
    no_checkpoint,
    open_signing,
    secure_part,
    sign_chunk,
)
from vc_issuer.model.credential import FormatName
from vc_issuer.model.keys import HashSigner
from vc_issuer.securing.jades import payload_octets, verify_seals
from vc_issuer.store.chunks import Chunk
from vc_issuer.store.credentials import prepared_parts, unsigned_parts
from vc_issuer.store.difference import difference


@pytest.fixture
def parts(house):
    batch_id = house.approved(*(record(number) for number in range(1, 7)))
    with house.database.reading() as session:
        return prepared_parts(session, batch_id, first=1, last=100)


def learned(parts, name):
    press, plan, key = Press(), profile().plan(name), key_ring().key(name)
    own = [part for part in parts if part.format is name]
    press.learn(own, plan, key)
    return press, plan, key, own


def test_compiled_badges_are_the_generic_path_s_bytes(parts):
    press, plan, key, own = learned(parts, FormatName.OB3)
    made = [press.proofs_of(plan).secure(part.content, key, LATER) for part in own]
    assert len([each for each in made if each]) >= len(own) - 2
    for part, each in zip(own, made, strict=True):
        if each is not None:
            assert each.secured == secure_part(part, plan, key, LATER)
        assert press.secure(part, plan, key, Signing(created=LATER)).secured == secure_part(part, plan, key, LATER)


def test_compiled_seals_hold_and_cover_the_prepared_bytes(parts):
    press, plan, key, own = learned(parts, FormatName.ELM)
    made = [press.seals_of(plan).secure(part.content, key, LATER) for part in own]
    assert all(made[:6])
    for part, each in zip(own, made, strict=True):
        if each is not None:
            generic = secure_part(part, plan, key, LATER).content
            assert each.secured.content.partition(b'"signature":')[0] == generic.partition(b'"signature":')[0]
            assert payload_octets(each.secured.content) == part.content
            content = each.secured.content
            assert difference(content, part.content, each.around) == difference(content, part.content)
            assert verify_seals(each.secured.content).payload == part.content


def test_a_press_learns_from_a_lesson_when_it_meets_a_shape_that_it_does_not_know(parts):
    press, plan, key = Press(), profile().plan(FormatName.OB3), key_ring().key(FormatName.OB3)
    own = [part for part in parts if part.format is FormatName.OB3]
    lesson = list(own)
    made = [press.secure(part, plan, key, Signing(created=LATER), lesson=lesson).secured for part in own]
    assert lesson == []
    assert made == [secure_part(part, plan, key, LATER) for part in own]
    assert sum(press.proofs_of(plan).secure(part.content, key, LATER) is not None for part in own) >= len(own) - 2


@pytest.mark.parametrize("name", list(FormatName))
def test_the_hash_of_secured_bytes_is_theirs_whoever_computes_it(parts, name):
    press, plan, key, own = learned(parts, name)
    made = [press.secure(part, plan, key, Signing(created=LATER)) for part in own * 2]
    assert any(each.sha256 for each in made)
    for each in made:
        assert each.sha256 in {"", hashlib.sha256(each.secured.content).hexdigest()}


@pytest.mark.parametrize("name", list(FormatName))
def test_what_a_form_reads_is_checked_against_its_digest_as_well(parts, name):
    press, plan, _, own = learned(parts, name)
    known = [part for part in own if press.read(part, plan)]
    for part in known:
        check_prepared(part, press.read(part, plan))
        forged = replace(part, content=part.content.replace(b"Voorbeeld", b"Anderszins"))
        reading = press.read(forged, plan)
        assert reading is not None
        with pytest.raises(RuleError, match="was changed in the database"):
            check_prepared(forged, reading)
    assert known


class FaultySigner:
    """Sign something else every time."""

    def __init__(self, signer):
        self._signer = signer
        self.public_key = signer.public_key

    def sign(self, message):
        return self._signer.sign(message + b"!")


class FaultyHashSigner(FaultySigner, HashSigner):
    """Do the same with hashes."""

    def sign_sha256(self, digest):
        return self._signer.sign(digest)


@pytest.mark.parametrize("signer", [FaultySigner, FaultyHashSigner])
@pytest.mark.parametrize("name", list(FormatName))
def test_a_signature_that_does_not_hold_is_never_given_out(parts, name, signer):
    press, plan, key, own = learned(parts, name)
    faulty = replace(key, signer=signer(key.signer))
    compiled = press.seals_of(plan) if name is FormatName.ELM else press.proofs_of(plan)
    part = next(part for part in own if compiled.secure(part.content, key, LATER))
    with pytest.raises(InvalidError, match="does not match"):
        press.secure(part, plan, faulty, Signing(created=LATER))


def test_the_first_of_every_batch_and_a_sample_are_verified_again(house, monkeypatch):
    """The first of each format by the generic path, one in SAMPLE as a stranger's."""
    looked = {}

    def looking(part, *given, guarded=False):
        looked[part.credential_id] = guarded
        return check_secured(part, *given, guarded=guarded)

    monkeypatch.setattr(signing, "check_secured", looking)
    monkeypatch.setattr(signing, "SAMPLE", 2)
    batch_id = house.approved(*(record(number) for number in range(1, 7)))
    with house.database.reading() as session:
        parts = unsigned_parts(session, batch_id, first=1, last=100)
    key, plan, press = key_ring().key(FormatName.OB3), profile().plan(FormatName.OB3), Press()
    press.learn([part.open() for part in parts if part.format is FormatName.OB3], plan, key)
    places = []
    task = ChunkTask(chunk=Chunk(batch_id="b", number=1, first=1, last=2), parts=tuple(parts), created=LATER)
    signed = sign_chunk(task, keys=key_ring(), profile=profile(), checkpoint=places.append, press=press)
    assert [part.credential_id for part in signed.parts] == [part.credential_id for part in parts]
    assert places == ["signature"] * len(parts)
    firsts = {next(part.credential_id for part in parts if part.format is name) for name in FormatName}
    assert {name: looked[name] for name in firsts} == dict.fromkeys(firsts, False)
    compiled = [part for part in parts if press.proofs_of(plan).secure(part.open().content, key, LATER)]
    sampled = {part.credential_id for part in compiled if Signing(created=LATER).is_sampled(part)} - firsts
    assert 0 < len(sampled) < len(compiled)
    assert {name: looked[name] for name in sampled} == dict.fromkeys(sampled, True)
    assert not ({part.credential_id for part in compiled} - sampled - firsts) & looked.keys()


def test_what_a_process_began_with_is_searched_for_garbage_again_when_it_has_signed():
    with open_signing(lambda _: nullcontext(key_ring()), profile(), no_checkpoint):
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0
