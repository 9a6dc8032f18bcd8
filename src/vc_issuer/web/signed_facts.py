"""Everything that a document will say, as an approver reads it before it is signed: no fact of it is left out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from vc_issuer.model.credential import (
    CredentialSummary,
    StatusSlot,
    SummaryDistribution,
    SummaryLabel,
    SummaryOutcome,
    SummaryPart,
    SummaryScale,
)
from vc_issuer.recognition.wording import write_date, write_moment, write_number
from vc_issuer.web.wording import Say


class SignedValue(NamedTuple):
    """A value in the document's words, and the term of a vocabulary that stands for it."""

    text: str
    term: str = ""


Values: TypeAlias = tuple[SignedValue, ...]
# The heading shows these already; the others say how the document is kept here, and not what it says.
SHOWN_ABOVE = frozenset({"kind", "number", "title", "learner_name"})
NOT_SAID = frozenset({"format", "language", "lost", "picture_caption"})
# Of one person, even where a small sample says the same of all.
OF_ONE = frozenset(
    {
        *("id", "twin_ids", "status", "verify_url", "awarded_on", "birth_date", "student_number"),
        *("mark", "passed", "distribution", "evidence", "credits", "credits_recognised", "recognised"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFact:
    """One fact: the member of the summary that it is, what it is called, and its values in the document's words."""

    name: str
    label: str
    values: Values = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleGroup:
    """Documents of one kind about one achievement: what each says, and what all of them say alike."""

    kind: str
    title: str
    documents: tuple[tuple[CredentialSummary, tuple[SignedFact, ...]], ...] = field(repr=False)
    alike: tuple[SignedFact, ...] = field(repr=False)


def sample_groups(sample: Iterable[CredentialSummary], language: str, say: Say) -> tuple[SampleGroup, ...]:
    """Return a sample so that a person reads what differs; every fact stands with its document or with its group."""
    groups: dict[tuple[str, str, str], list[tuple[CredentialSummary, tuple[SignedFact, ...]]]] = {}
    for summary in sample:
        key = summary.kind, summary.title, summary.version
        groups.setdefault(key, []).append((summary, signed_facts(summary, language, say)))
    return tuple(_group(kind, title, documents) for (kind, title, _), documents in groups.items())


def _group(kind: str, title: str, documents: list[tuple[CredentialSummary, tuple[SignedFact, ...]]]) -> SampleGroup:
    if len(documents) == 1:
        return SampleGroup(kind=kind, title=title, documents=tuple(documents), alike=())
    shared = frozenset.intersection(*(frozenset(facts) for _, facts in documents))
    alike = tuple(fact for fact in documents[0][1] if fact in shared and fact.name not in OF_ONE)
    own = tuple((summary, tuple(fact for fact in facts if fact not in alike)) for summary, facts in documents)
    return SampleGroup(kind=kind, title=title, documents=own, alike=alike)


def signed_facts(summary: CredentialSummary, language: str, say: Say) -> tuple[SignedFact, ...]:
    """Return every fact that is stated, in the order of the summary."""
    return tuple(_facts(summary, language, say))


def _facts(summary: CredentialSummary, language: str, say: Say) -> Iterator[SignedFact]:
    for member in fields(summary):
        if member.name in SHOWN_ABOVE | NOT_SAID:
            continue
        values = _written(getattr(summary, member.name), language)
        if values:
            yield SignedFact(name=member.name, label=say(f"signed.{member.name}"), values=values)


def _written(value: Any, language: str) -> Values:
    """Write a value of a summary; nothing for one that is not stated."""
    if value is None or value == "" or value is False:
        return ()
    if isinstance(value, tuple):
        return tuple(text for each in value for text in _written(each, language))
    if isinstance(value, SummaryLabel):
        return (SignedValue(value.label, value.iri),)
    if isinstance(value, SummaryOutcome):
        return (SignedValue(value.title, value.esco),)
    write = _WRITERS.get(type(value))
    return (SignedValue(write(value, language) if write else str(value)),)


def _part(value: SummaryPart, language: str) -> str:
    return value.title if value.ects is None else f"{value.title}: {write_number(value.ects, language)} ECTS"


def _scale(value: SummaryScale, _language: str) -> str:
    return f"{value.title}: {value.description}" if value.description else value.title


def _distribution(value: SummaryDistribution, _language: str) -> str:
    counts = "; ".join(f"{label}: {count}" for label, count in value.categories)
    places = [
        f"{sign} {share} %"
        for sign, share in (("<", value.lower), ("=", value.equal), (">", value.higher))
        if share is not None
    ]
    return f"{value.group} (n = {value.size}). {counts}" + (f". {', '.join(places)}" if places else "")


def _slot(value: StatusSlot, _language: str) -> str:
    return f"{value.list_url}#{value.index}"


_WRITERS: Mapping[type, Callable[[Any, str], str]] = {
    bool: lambda _value, _language: "✓",
    date: write_date,
    datetime: lambda value, _language: write_moment(value),
    Decimal: write_number,
    SummaryPart: _part,
    SummaryScale: _scale,
    SummaryDistribution: _distribution,
    StatusSlot: _slot,
}
