"""Print a document from what its sealed ELM says, with the signed bytes inside. Needs no key and no database.

A process that prints imports this module, so it imports little.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from vc_issuer.carriers.pdf import ELM_NAME, OB3_NAME, attach
from vc_issuer.carriers.pdf_place import SealPlace
from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.errors import ConfigurationError, VerificationError
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.issuance.publish import IssuedDocument
from vc_issuer.model.keys import PublicKey
from vc_issuer.rendering.pdf import MOST_LANGUAGES, render_certificate
from vc_issuer.securing.jades import PAYLOAD_LIMITS, payload_octets, verify_seals
from vc_issuer.x509 import public_key_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Room for a seal on each print, and the keys of which one must have sealed the ELM that is printed."""

    place: SealPlace
    seal_keys: frozenset[PublicKey]


def print_document(issued: IssuedDocument, *, host: str, is_demo: bool, room: Room | None = None) -> bytes:
    """Return a document as PDF, with both signed credentials attached, and with `room` for a seal if one is to be put.

    Raises ConfigurationError if its ELM is none, or if it is to be sealed and its own seal is not the institution's.
    """
    octets = payload_octets(issued.elm.content) if room is None else _sealed_octets(issued, room)
    payload = parse_strict(octets, limits=PAYLOAD_LIMITS)
    if not isinstance(payload, dict):
        raise ConfigurationError(f"the stored ELM of {issued.number} is no object.", remedy="Restore a backup.")
    languages = issued.document.languages[:MOST_LANGUAGES]
    pdf = render_certificate(
        {language: ElmFormat().summarise(payload, language) for language in languages},
        verify_url=issued.verify_url,
        code=issued.code,
        verify_host=host,
        demo=is_demo,
    )
    badge = issued.ob3[issued.language]
    return attach(
        pdf,
        {
            OB3_NAME: (badge.content, badge.media_type, "Open Badges 3.0, signed"),
            ELM_NAME: (issued.elm.content, issued.elm.media_type, "European Digital Credential, sealed"),
        },
        place=room.place if room else None,
    )


def _sealed_octets(issued: IssuedDocument, room: Room) -> bytes:
    """Return what the institution itself sealed: a print of anything else is given no seal."""
    try:
        verified = verify_seals(issued.elm.content)
        keys = {public_key_of(facts.certificates[0]) for facts in verified.seals}
    except VerificationError as error:
        raise ConfigurationError(
            f"the stored ELM of {issued.number} is not what was sealed: {error.message}", remedy="Restore a backup."
        ) from error
    if not keys <= room.seal_keys:
        raise ConfigurationError(
            f"the stored ELM of {issued.number} was sealed by another key than the institution's.",
            remedy="Restore a backup.",
        )
    return verified.payload


@contextmanager
def ready_to_print(
    host: str, *, is_demo: bool, room: Room | None = None
) -> Iterator[Callable[[IssuedDocument], tuple[IssuedDocument, bytes]]]:
    """Give what prints a document in a process that is told no more than this; each print comes with its document."""
    yield lambda issued: (issued, print_document(issued, host=host, is_demo=is_demo, room=room))
