"""One credential and those inside it: read, recognised, and handed to the checks of its kind."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.formats.foreign import inner_credentials
from vc_issuer.formats.ob3.endorsement import Endorsed, endorsements_in
from vc_issuer.model.report import CheckId, EndorsementSeen
from vc_issuer.verification.badge import BadgeExamination
from vc_issuer.verification.candidate import Candidate, Kind, OtherSeal, read_candidate
from vc_issuer.verification.endorsements import see_endorsement, summarise_endorsements, trust_in_endorsers
from vc_issuer.verification.examined import Examined, check_inner, report_of
from vc_issuer.verification.explained import explain
from vc_issuer.verification.familiar import Familiar
from vc_issuer.verification.others import OTHERS, describe_other, is_signed_list, recognise_other
from vc_issuer.verification.presented import examine_presentation
from vc_issuer.verification.proofs import Guard
from vc_issuer.verification.seal import OTHER_SEAL, SealExamination, examine_other_seal
from vc_issuer.verification.status import StatusBook
from vc_issuer.verification.trust import TrustStore

MOST_INNER = 32  # a transcript of a whole degree; each costs a canonicalisation
MOST_DEPTH = 3  # a record holds a badge, which holds an endorsement
_EXPLAINED = frozenset({Kind.BADGE_2, Kind.UNSEALED_ELM})
Held: TypeAlias = tuple[bytes, Endorsed | None]
"""A credential inside another, and what it endorses there if it is an embedded endorsement."""


@dataclass(frozen=True, slots=True)
class CredentialWork:
    """The examination of one file's credentials: under which trust, behind which guard, at which moment."""

    trust: TrustStore
    guard: Guard
    familiar: Familiar
    book: StatusBook
    now: datetime
    language: str

    def examine(self, content: bytes, depth: int = 1) -> Examined:
        """Make every check of one credential, and of those inside it."""
        examined = Examined()
        examination = examined.examination
        candidate = examination.attempt(CheckId.READ, lambda: (read_candidate(content), "read", "RFC 8259"))
        if isinstance(candidate, OtherSeal):
            examined.other = OTHER_SEAL
            examine_other_seal(candidate, examination, self.trust, self.now)
            return examined
        examined.candidate = candidate
        if candidate is None:
            return examined
        if candidate.kind in OTHERS:
            self._examine_other(candidate, examined)
            return examined
        how = ", secured as a JWT" if candidate.is_token else ""
        examination.attempt(CheckId.RECOGNISE, lambda: (None, candidate.kind.label + how, ""))
        if candidate.kind in _EXPLAINED:
            explain(candidate, examination)
        elif candidate.kind is Kind.PRESENTATION:
            held = examine_presentation(candidate, examination, self.guard, self.now)
            self._examine_inner([(content, None) for content in held], examined, depth)
        elif candidate.kind is Kind.ELM:
            seal = SealExamination(self.trust, self.book, self.now)
            examined.summary = seal.run(candidate, examination, self.language)
            examined.issuer = seal.issuer_seen(candidate.document)
        else:
            badge = BadgeExamination(self.trust, self.familiar, self.book, self.now)
            examined.summary = badge.run(candidate, examination, self.language)
            examined.issuer = badge.issuer_seen(candidate.document)
            self._examine_inner(_held_in(candidate), examined, depth)
        return examined

    def _examine_other(self, candidate: Candidate, examined: Examined) -> None:
        """Look at what is no credential of a learner; a status list is signed like one."""
        examination = examined.examination
        if is_signed_list(candidate):
            badge = BadgeExamination(self.trust, self.familiar, self.book, self.now)
            badge.run(candidate, examination, self.language)
            examined.issuer = badge.issuer_seen(candidate.document)
        other = describe_other(candidate, examination, examined.issuer, self.guard)
        examination.attempt(CheckId.RECOGNISE, lambda: recognise_other(candidate, other))
        examined.other_document = other

    def _examine_inner(self, held: list[Held], examined: Examined, depth: int) -> None:
        if not held:
            return
        if depth >= MOST_DEPTH or len(held) > MOST_INNER:
            message = f"the {len(held)} credentials inside are not checked: they are too many, or too deep"
            examined.examination.skip(CheckId.CARRIER, message)
            return
        confirming = replace(self, trust=trust_in_endorsers(self.trust))
        others, seen = list[Examined](), list[EndorsementSeen]()
        for content, endorsed in held:
            inner = (confirming if endorsed else self).examine(content, depth + 1)
            examined.inner.append(inner)
            if endorsed:
                seen.append(see_endorsement(endorsed, report_of(inner, "", self.now), self.trust))
            else:
                others.append(inner)
        examined.endorsements = tuple(seen)
        if others:
            examined.examination.attempt(CheckId.CARRIER, lambda: check_inner(others))
        if seen:
            examined.examination.attempt(CheckId.ENDORSEMENT, lambda: summarise_endorsements(seen))


def _held_in(candidate: Candidate) -> list[Held]:
    held = inner_credentials(candidate.document)
    endorsements = {id(each.document): each for each in endorsements_in(candidate.document)}
    return [
        (serialise_compact(one) if isinstance(one, Mapping) else _text(one), endorsements.get(id(one))) for one in held
    ]


def _text(value: Any) -> bytes:
    return value.encode("utf-8", "replace") if isinstance(value, str) else b""
