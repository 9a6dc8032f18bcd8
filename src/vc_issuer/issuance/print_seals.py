"""Seal prints of what was signed: the intent is recorded, then the key gets nothing but the digest of each print.

A seal says no more than the sealed ELM that the print shows, so it needs no approval of its own; whoever prints sees to
it that the ELM's seal holds and is the institution's (`wiring.printing`). Every own signature is verified before a
print is kept, and one print in SAMPLE is read back as a stranger's would be.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from vc_issuer.carriers.pdf import extract
from vc_issuer.carriers.pdf_place import OpenPlace, SealPlace, is_sealed, open_place
from vc_issuer.errors import InvalidError, NotFoundError
from vc_issuer.issuance.publish import IssuedDocument
from vc_issuer.issuance.signing import SAMPLE
from vc_issuer.model.keys import SigningKey
from vc_issuer.securing.pades import PdfSealing, SignedAttributes, pdf_sealing
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.batches import get_batch
from vc_issuer.store.database import Database
from vc_issuer.store.documents import find_pdf, keep_pdf
from vc_issuer.store.people import require_role
from vc_issuer.x509 import certificate_facts

ROLES = ("preparer", "approver", "signer", "registrar")
_STAMP_SWING = 32  # bytes by which an authority's tokens differ: a serial number, a signature, a fraction of a second

Stamp = Callable[[bytes], bytes]
AtOnce = Callable[[Callable[["_Signed"], bytes], Iterable["_Signed"]], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class _Signed:
    """A print whose seal is signed and not written yet."""

    place: OpenPlace
    signed: SignedAttributes


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintSealer:
    """Fills the room that prints have for a seal; with a `stamp` each seal gets a time-stamp, several at once."""

    sealing: PdfSealing
    place: SealPlace
    at_once: AtOnce
    stamp: Stamp | None = None

    def seal(self, prints: Sequence[bytes]) -> list[bytes]:
        """Return the prints sealed. Raises SignerError, ConfigurationError; what the authority answers wrongly."""
        signed = []
        for each in prints:
            place = open_place(each)
            signed.append(_Signed(place, self.sealing.sign(place.digest(self.sealing.hash_name))))
        return list(self.at_once(self._written, signed) if self.stamp else map(self._written, signed))

    def _written(self, each: _Signed) -> bytes:
        stamp = self.stamp(each.signed.signature) if self.stamp else b""
        return each.place.fill(self.sealing.write(each.signed, stamp))


def print_sealer(key: SigningKey, created: datetime, *, stamp: Stamp | None, at_once: AtOnce) -> PrintSealer:
    """Return what seals prints under a key at `created`. Raises ConfigurationError if the key can't seal.

    How long a time-stamp is, only the authority knows: it is asked for one over nothing in particular.
    """
    sealing = pdf_sealing(key, created)
    stamp_bytes = len(stamp(b"")) + _STAMP_SWING if stamp else 0
    place = SealPlace(
        room=sealing.room(stamp_bytes),
        created=created,
        label=certificate_facts(key.method.certificates[0]).organisation,
    )
    return PrintSealer(sealing=sealing, place=place, stamp=stamp, at_once=at_once)


def intend_to_seal(database: Database, batch_ids: Iterable[str], *, key_id: str, deed: Deed) -> None:
    """Record for each batch that its prints are about to be sealed, before the key is opened. Raises RuleError."""
    with database.writing() as session:
        require_role(session, deed.actor, *ROLES)
        for batch_id in batch_ids:
            batch = get_batch(session, batch_id)
            record_deed(session, deed, "batch.print", subject=batch.id, details={"key": key_id})


def keep_sealed(
    database: Database, sealed: Iterable[tuple[IssuedDocument, bytes]], *, now: datetime, kept_before: int
) -> int:
    """Keep sealed prints in one transaction, in place of unsealed ones; returns how many.

    One that somebody else sealed meanwhile stays, and an erased learner gets none. Raises InvalidError if a print that
    is looked at is not what was meant to be sealed.
    """
    kept = 0
    with database.writing() as session:
        for issued, content in sealed:
            if (kept_before + kept) % SAMPLE == 0:
                check_seal(content, issued.number)
            try:
                before = find_pdf(session, issued.document)
                if before is None or not is_sealed(before):
                    keep_pdf(session, issued.document, content, now=now)
                    kept += 1
            except NotFoundError:
                continue
    return kept


def check_seal(content: bytes, number: str) -> None:
    """Read a sealed print as a stranger's. Raises InvalidError if its seal doesn't hold over all of it."""
    seals = extract(content).seals
    if len(seals) != 1 or seals[0].facts is None or seals[0].added:
        raise InvalidError(
            f"the seal on the print of {number} doesn't hold.", remedy="It was not kept; report this as a defect."
        )
