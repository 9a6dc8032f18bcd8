"""What answers are made of: a sentence of ours, the issuer's own words beside it, and where both come from."""

from dataclasses import dataclass, field
from enum import Enum

from vc_issuer.formats.vocabularies import concept_of
from vc_issuer.model.credential import SummaryLabel
from vc_issuer.recognition.awards import Award
from vc_issuer.recognition.wording import Say, sayer


class Source(Enum):
    """Who says it."""

    SIGNED = "signed-by-issuer"
    CLAIMED = "claimed"  # the file says so, and nobody whom this verifier knows stands behind it
    ENDORSER = "endorser"  # somebody else signed it, whom this verifier knows as an endorser
    TRUST_SOURCE = "trust-source"
    CHECK = "this-check"
    NOT_STATED = "not-stated"


class Question(Enum):
    """The seven questions of receivers, in their order (domain part 5)."""

    QUALITY = "quality-assurance"
    VERIFICATION = "verification"
    LEVEL = "level"
    OUTCOMES = "outcomes"
    WORKLOAD = "workload"
    ASSESSMENT = "assessment"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One statement: a stable code, our sentence, and `quotes`, which are the issuer's words and never ours."""

    code: str
    text: str = field(repr=False)
    source: Source
    quotes: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one question: a stable rating with its words, `good` if a receiver can go by it, and the facts."""

    question: Question
    title: str
    rating: str
    rating_text: str
    good: bool
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An award being read in one language: makes facts and answers with the right source."""

    award: Award
    language: str
    say: Say

    @classmethod
    def of(cls, award: Award, language: str) -> "Reading":
        """Begin to read an award in `language`."""
        return cls(award=award, language=language, say=sayer(language))

    @property
    def source(self) -> Source:
        """Return the source of what the summary says."""
        return Source.SIGNED if self.award.is_vouched else Source.CLAIMED

    def fact(self, code: str, *quotes: str, **values: object) -> Fact:
        """Make a fact out of what the credential says."""
        return self.fact_from(self.source, code, *quotes, **values)

    def fact_from(self, source: Source, code: str, *quotes: str, **values: object) -> Fact:
        """Make a fact that another source states."""
        text = self.say(f"fact.{code}", **values)
        return Fact(code=code, text=text, source=source, quotes=tuple(quote for quote in quotes if quote))

    def gap(self, code: str) -> Fact:
        """Make the fact that the credential does not say something."""
        return self.fact_from(Source.NOT_STATED, code)

    def answer(self, question: Question, rating: str, facts: list[Fact], *, good: bool) -> Answer:
        """Close the answer to a question; claims of nobody known are never good."""
        return Answer(
            question=question,
            title=self.say(f"question.{question.value}"),
            rating=rating,
            rating_text=self.say(f"rating.{rating}"),
            good=good and (self.award.is_vouched or question is Question.VERIFICATION),
            facts=tuple(facts),
        )

    def coded(self, label: SummaryLabel) -> str:
        """Name a coded fact in the reader's language where the vocabulary is known, else in the document's words."""
        concept = concept_of(label.iri) if label.iri else None
        return concept.labels.best(self.language, "en") if concept else label.label
