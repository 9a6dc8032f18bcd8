"""Build both documents of one award, bound to each other; the one place that calls both formats (ADR 1).

The ELM comes first: its payload octets are fixed, and the badges name their digest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vc_issuer.encoding.digests import sri_digest
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import InputError
from vc_issuer.formats.award_core import award_core_from_elm, core_digest
from vc_issuer.formats.elm import ElmFormat, with_core_digest
from vc_issuer.formats.ob3 import Ob3Format, TwinLinks, languages_of
from vc_issuer.formats.twin_check import TwinOutcome, compare_twins
from vc_issuer.model.credential import Document, Envelope
from vc_issuer.model.record import DocumentDue


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinDocuments:
    """The unsecured documents of one award: the ELM with its exact payload octets, and one badge a language."""

    elm: Document = field(repr=False)
    elm_payload: bytes = field(repr=False)
    ob3: Mapping[str, Document] = field(repr=False)


def badge_languages(due: DocumentDue) -> tuple[str, ...]:
    """Return the languages in which `due` gets a badge, the authoritative one first."""
    return languages_of(due)


def build_twin(due: DocumentDue, envelope: Envelope) -> TwinDocuments:
    """Build and bind the documents of one award. `envelope.ob3_ids` names the languages of the badges.

    Raises InputError for an award that can't be told in both formats alike: nothing leaves here that isn't bound.
    """
    built = draft_twin(due, envelope)
    for badge in built.ob3.values():
        comparison = compare_twins(badge, built.elm, built.elm_payload)
        if comparison.outcome is not TwinOutcome.BOUND:
            raise InputError(
                f"The two forms of {due.specification.code} would not be twins: {comparison.reason}.",
                remedy="Complete the offering and its awarding bodies.",
            )
    return built


def draft_twin(due: DocumentDue, envelope: Envelope) -> TwinDocuments:
    """Build the same without looking whether they are bound, for documents that are not issued. Raises InputError."""
    if not envelope.ob3_ids:
        raise InputError(
            f"{due.specification.code} has no language in which title and outcomes are complete.",
            remedy="Complete them in one of the offering's languages.",
        )
    bare = ElmFormat().build(due, envelope)
    digest = core_digest(award_core_from_elm(bare, envelope.core_id))
    elm = with_core_digest(bare, envelope.core_id, digest)
    payload = serialise_compact(elm)
    links = TwinLinks(
        elm_id=envelope.elm_id, elm_digest=sri_digest(payload), core_id=envelope.core_id, core_digest=digest
    )
    badges = {language: Ob3Format(links).build(due, envelope, language) for language in envelope.ob3_ids}
    return TwinDocuments(elm=elm, elm_payload=payload, ob3=badges)
