"""From a file to its report: one function a check, in the order of their numbers; the only place where errors end.

Nothing is looked up but in the trust store that is handed in. What canonicalises, and what opens a container, runs
behind the guard.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from vc_issuer.carriers.open import Carried, CarrierKind, is_text, open_carrier
from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError
from vc_issuer.model.report import Report
from vc_issuer.verification.containers import report_on_archive, report_on_container
from vc_issuer.verification.credentials import CredentialWork
from vc_issuer.verification.examined import ExaminedFile, not_opened, report_of, unreadable
from vc_issuer.verification.familiar import Familiar
from vc_issuer.verification.pointers import follow
from vc_issuer.verification.proofs import Guard
from vc_issuer.verification.status import StatusBook
from vc_issuer.verification.together import joined
from vc_issuer.verification.trust import TrustStore

__all__ = ["Verifier", "joined", "unreadable"]

_PLAIN = frozenset({CarrierKind.JSON, CarrierKind.JWS})
_POINTERS = frozenset({CarrierKind.PICTURE, CarrierKind.SCAN, CarrierKind.ADDRESS})


@dataclass(frozen=True, slots=True)
class _Task:
    """One file, or one that was found in it or behind it: `is_nested` then, and goes no deeper."""

    content: bytes
    name: str
    now: datetime
    language: str
    is_nested: bool = False


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
        return self.examine(content, name, now, language).report

    def verify_together(self, files: Iterable[tuple[str, bytes]], now: datetime, language: str = "en") -> list[Report]:
        """Return the reports on files that came together, by name: twins among them are compared."""
        return joined([self.examine(content, name, now, language) for name, content in files])

    def examine(self, content: bytes, name: str, now: datetime, language: str = "en") -> ExaminedFile:
        """Return the report on one file, with the credentials in it for a comparison with those of others."""
        return self._file(_Task(content, name, now, language))

    def _file(self, task: _Task) -> ExaminedFile:
        try:
            # A text is its own carrier: only what has to be taken apart goes behind the guard.
            carried: list[Carried] = (
                open_carrier(task.content) if is_text(task.content) else self._guard(open_carrier, task.content)
            )
        except (UnreadableError, InvalidError, InconclusiveError) as error:
            return ExaminedFile(report=not_opened(task.name, error, task.now))
        kind = carried[0].kind
        if kind in _POINTERS | {CarrierKind.ZIP} and task.is_nested:
            message = "what was found here leads on to something else, and is not followed any further"
            return ExaminedFile(report=unreadable(task.name, message, task.now))
        if kind is CarrierKind.ZIP:
            return self._archive(carried, task)
        trust = self._trust.for_one_file()
        if kind in _POINTERS:
            return follow(
                carried[0], task.name, task.now, trust.look_up, lambda found, at: self._behind(found, at, task)
            )
        work = CredentialWork(trust, self._guard, self._familiar, self._book.under(trust), task.now, task.language)
        # The white space around a JWS is no part of it; JSON is read as it stands.
        parts = [work.examine(task.content if kind in _PLAIN else one.content) for one in carried]
        if kind in _PLAIN:
            return ExaminedFile(report=report_of(parts[0], task.name, task.now), credentials=tuple(parts))
        report = report_on_container(carried, parts, task.name, trust, task.now)
        return ExaminedFile(report=report, credentials=tuple(parts))

    def _archive(self, carried: list[Carried], task: _Task) -> ExaminedFile:
        members = [
            self._file(_Task(one.content, f"{task.name}: {one.name}", task.now, task.language, is_nested=True))
            for one in carried
        ]
        return ExaminedFile(report=report_on_archive(joined(members), task.name, task.now))

    def _behind(self, content: bytes, address: str, task: _Task) -> ExaminedFile:
        return self._file(_Task(content, address, task.now, task.language, is_nested=True))
