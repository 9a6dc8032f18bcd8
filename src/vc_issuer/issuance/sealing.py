"""Raise and renew the seals of a home, a page at a time: nothing is held while the network is asked.

What a page gained is stored in one transaction; a seal whose evidence can't be had is reported and stays as it is, and
the same command goes on from there. The payload, and with it the approval and the twins, is untouched.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from vc_issuer.errors import RuleError, VcIssuerError
from vc_issuer.issuance.evidence import LEVELS, Augmented, Augmenter
from vc_issuer.securing.jades_evidence import SealLevel
from vc_issuer.store.audit import Deed
from vc_issuer.store.database import Database
from vc_issuer.store.people import require_role
from vc_issuer.store.seals import SealChoice, StoredSeal, choose_seals, replace_seal

PAGE = 40  # seals a transaction, as many as a chunk signs
ROLES = ("preparer", "approver", "signer", "registrar")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingBench:
    """What adding evidence works with: an augmenter, a `map` that may run several at once, somebody to tell."""

    augmenter: Augmenter
    at_once: Callable[
        [Callable[[StoredSeal], "Tried"], Iterable[StoredSeal]],
        Iterable["Tried"],
    ]
    progress: Callable[[int], None] = lambda _: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of one seal."""

    seal: StoredSeal
    augmented: Augmented | None = None
    error: VcIssuerError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingReport:
    """How many seals were added to; `problems` holds one sentence for each that was not, by its document's number."""

    done: int
    problems: tuple[str, ...]


def levels_below(level: SealLevel) -> tuple[str, ...]:
    """Name the levels under `level`."""
    return tuple(each.value for each in LEVELS[: LEVELS.index(level)])


def raise_seals(
    database: Database, choice: SealChoice, level: SealLevel, *, bench: SealingBench, deed: Deed
) -> SealingReport:
    """Bring the chosen seals to `level`; those that have it are not touched. Raises RuleError without the role."""
    wanted = replace(choice, levels=levels_below(level))
    return _run(database, wanted, lambda content: bench.augmenter.raise_to(content, level), bench=bench, deed=deed)


def renew_seals(
    database: Database, choice: SealChoice, *, within: timedelta, bench: SealingBench, deed: Deed
) -> SealingReport:
    """Renew every archived seal of the choice whose proof ends `within` that time. Raises RuleError."""
    due = replace(choice, levels=(SealLevel.LTA.value,), ends_before=deed.at + within)
    return _run(database, due, bench.augmenter.renew, bench=bench, deed=deed)


def _run(
    database: Database,
    choice: SealChoice,
    work: Callable[[bytes], Augmented],
    *,
    bench: SealingBench,
    deed: Deed,
) -> SealingReport:
    with database.reading() as session:
        require_role(session, deed.actor, *ROLES)

    def attempt(seal: StoredSeal) -> Tried:
        try:
            return Tried(seal=seal, augmented=work(seal.content))
        except VcIssuerError as error:
            return Tried(seal=seal, error=error)

    done, problems = 0, []
    for page in _pages(database, choice):
        tried = list(bench.at_once(attempt, page))
        gained = [each for each in tried if each.augmented is not None]
        problems += [f"{each.seal.number}: {each.error}" for each in tried if each.error is not None]
        with database.writing() as session:
            for each in gained:
                if each.augmented is not None:
                    replace_seal(session, each.seal, _after(each.seal, each.augmented), deed=deed)
        done += len(gained)
        bench.progress(done)
        if not gained:
            break  # Whatever hinders a whole page hinders the next: an authority that is away, a wrong anchor.
    return SealingReport(done=done, problems=tuple(problems))


def _pages(database: Database, choice: SealChoice) -> Iterator[list[StoredSeal]]:
    after = ""
    while True:
        with database.reading() as session:
            page = choose_seals(session, choice, after=after, limit=PAGE)
        if not page:
            return
        yield page
        after = page[-1].credential_id


def _after(seal: StoredSeal, augmented: Augmented) -> StoredSeal:
    return replace(seal, content=augmented.content, level=augmented.level.value, until=augmented.until)


def check_level(missing: int, batch_id: str, level: str) -> None:
    """Refuse a batch whose seals are not at the level that the house promised. Raises RuleError."""
    if missing:
        raise RuleError(
            f"{missing} seals of batch {batch_id} are below {level}, the level of seal.level.",
            remedy=f"Run: vc-issuer seal augment {batch_id}",
        )
