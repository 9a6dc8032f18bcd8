"""From a file to its report: one function a check, in the order of their numbers; the only place where errors end.

Nothing is looked up but in the trust store that is handed in. What canonicalises, and what opens a container, runs
behind the guard.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vc_issuer.carriers.open import Carried, CarrierKind, is_text, open_carrier
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError
from vc_issuer.formats.foreign import inner_credentials
from vc_issuer.model.report import CheckId, Report
from vc_issuer.verification.badge import BadgeExamination
from vc_issuer.verification.candidate import Candidate, Kind, OtherSeal, read_candidate
from vc_issuer.verification.containers import report_on_container
from vc_issuer.verification.examined import Examined, check_inner, report_of, unreadable
from vc_issuer.verification.explained import explain
from vc_issuer.verification.familiar import Familiar
from vc_issuer.verification.proofs import Guard
from vc_issuer.verification.seal import OTHER_SEAL, SealExamination, examine_other_seal
from vc_issuer.verification.status import StatusBook
from vc_issuer.verification.trust import TrustStore

__all__ = ["Verifier", "unreadable"]

MOST_INNER = 32  # a transcript of a whole degree; each costs a canonicalisation
MOST_DEPTH = 3  # a record holds a badge, which holds an endorsement
_EXPLAINED = frozenset({Kind.BADGE_2, Kind.UNSEALED_ELM, Kind.PRESENTATION})


class Verifier:
    """Verify files against one trust store. Status lists are verified once and remembered."""

    def __init__(self, trust: TrustStore, guard: Guard, *, familiar: Familiar | None = None) -> None:
        """`familiar` outlives this verifier where others follow: what it learned stays."""
        self._trust = trust
        self._guard = guard
        self._familiar = familiar or Familiar(guard)
        self._book = StatusBook(trust, guard)

    def verify(self, content: bytes, name: str, now: datetime, language: str = "en") -> Report:
        """Return the report on one file, whatever it holds. `now` is aware UTC."""
        try:
            # A text is its own carrier: only what has to be taken apart goes behind the guard.
            carried: list[Carried] = open_carrier(content) if is_text(content) else self._guard(open_carrier, content)
        except (UnreadableError, InvalidError, InconclusiveError) as error:
            return unreadable(name, str(error), now)
        trust = self._trust.for_one_file()
        work = _Work(trust, self._familiar, self._book.under(trust), now, language)
        if carried[0].kind in (CarrierKind.JSON, CarrierKind.JWS):
            return report_of(work.examine(content), name, now)
        return report_on_container(carried, [work.examine(one.content) for one in carried], name, now)


@dataclass(frozen=True, slots=True)
class _Work:
    """The examination of one file: under which trust, with what was learned, at which moment."""

    trust: TrustStore
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
        how = ", secured as a JWT" if candidate.is_token else ""
        examination.attempt(CheckId.RECOGNISE, lambda: (None, candidate.kind.label + how, ""))
        if candidate.kind in _EXPLAINED:
            explain(candidate, examination)
        elif candidate.kind is Kind.ELM:
            seal = SealExamination(self.trust, self.book, self.now)
            examined.summary = seal.run(candidate, examination, self.language)
            examined.issuer = seal.issuer_seen(candidate.document)
        else:
            badge = BadgeExamination(self.trust, self.familiar, self.book, self.now)
            examined.summary = badge.run(candidate, examination, self.language)
            examined.issuer = badge.issuer_seen(candidate.document)
            self._examine_inner(candidate, examined, depth)
        return examined

    def _examine_inner(self, candidate: Candidate, examined: Examined, depth: int) -> None:
        held = inner_credentials(candidate.document)
        if not held:
            return
        if depth >= MOST_DEPTH or len(held) > MOST_INNER:
            message = f"the {len(held)} credentials inside are not checked: they are too many, or too deep"
            examined.examination.skip(CheckId.CARRIER, message)
            return
        for one in held:
            content = serialise_compact(one) if isinstance(one, Mapping) else _text(one)
            examined.inner.append(self.examine(content, depth + 1))
        examined.examination.attempt(CheckId.CARRIER, lambda: check_inner(examined.inner))


def _text(value: Any) -> bytes:
    return value.encode("utf-8", "replace") if isinstance(value, str) else b""
