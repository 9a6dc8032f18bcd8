"""The catalogue of a home: offerings as stored, read anew from their own text, and what the public sees of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from vc_issuer.errors import ConfigurationError, NotFoundError
from vc_issuer.intake.institutions import institutions
from vc_issuer.intake.offering_file import read_offering
from vc_issuer.model.offering import Offering
from vc_issuer.model.parties import Organisation
from vc_issuer.model.record import DocumentKind, Specification
from vc_issuer.model.text import LocalizedText
from vc_issuer.rules import level_of, load_profile, unit_specification, whole_specification
from vc_issuer.store.database import Database
from vc_issuer.store.offerings import StoredOffering, catalogue, find_offering


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """A public catalogue page: an offering, or one of its course units; no learner is in it."""

    code: str
    version: str
    iri: str
    kind: str
    title: LocalizedText
    description: LocalizedText
    ects: Decimal
    eqf: int
    hours: int
    outcomes: tuple[LocalizedText, ...]


def known_institution(key: str) -> Organisation:
    """Return an institution by key. Raises ConfigurationError that names those known."""
    known = institutions()
    if key not in known:
        raise ConfigurationError(f"no institution {key!r} is known.", remedy=f"Known are {', '.join(sorted(known))}.")
    return known[key]


class Catalogue:
    """Offerings by code and version. A version's text never changes once used, so what was read is kept."""

    def __init__(self, database: Database, *, base_url: str) -> None:
        self._database = database
        self._base_url = base_url
        self._read = lru_cache(maxsize=512)(self._read_text)

    def offering(self, code: str, version: str) -> Offering:
        """Return a version that may be awarded. Raises NotFoundError."""
        with self._database.reading() as session:
            stored = find_offering(session, code, version)
        if stored is None or stored.withdrawn_at is not None:
            raise NotFoundError(
                f"the catalogue has no version {version} of {code}.", remedy="Add it with: offering add"
            )
        return self._parse(stored)

    def by_version(self) -> Mapping[tuple[str, str], Offering]:
        """Return every version that may be awarded, by code and version."""
        with self._database.reading() as session:
            stored = catalogue(session)
        return {(each.code, each.version): self._parse(each) for each in stored}

    def entries(self) -> tuple[CatalogueEntry, ...]:
        """Return the public page of every offering and course unit, each once."""
        found = {(entry.code, entry.version): entry for o in self.by_version().values() for entry in _entries(o)}
        return tuple(found.values())

    def entry(self, code: str, version: str) -> CatalogueEntry | None:
        """Return one public page, or None."""
        return next((e for e in self.entries() if (e.code, e.version) == (code, version)), None)

    def _parse(self, stored: StoredOffering) -> Offering:
        return self._read(f"{stored.code}-{stored.version}.toml", stored.source)

    def _read_text(self, name: str, source: bytes) -> Offering:
        return read_offering(source, filename=name, base_url=self._base_url, institutions=institutions())


def _entries(offering: Offering) -> Iterator[CatalogueEntry]:
    if level_of(offering) is None:
        return  # a tie that nobody has decided: nothing is issued, so there is nothing to show
    profile = load_profile(offering.profile)
    yield _entry(DocumentKind.CERTIFICATE, whole_specification(offering, profile))
    if DocumentKind.CREDIT_CERTIFICATE in profile.documents:
        for component in offering.components:
            yield _entry(DocumentKind.CREDIT_CERTIFICATE, unit_specification(offering, component, profile))


def _entry(kind: DocumentKind, specification: Specification) -> CatalogueEntry:
    return CatalogueEntry(
        code=specification.code,
        version=specification.version,
        iri=specification.iri,
        kind=kind.value,
        title=specification.title,
        description=specification.description,
        ects=specification.ects,
        eqf=specification.level.eqf,
        hours=specification.hours,
        outcomes=tuple(outcome.title for outcome in specification.outcomes),
    )
