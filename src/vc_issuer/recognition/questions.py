"""The seven questions of receivers, each answered from the summary and the report alone (domain part 5).

Nothing is inferred that the credential does not say: a gap is an answer too.
"""

import re
from collections.abc import Callable
from decimal import Decimal

from vc_issuer.formats.vocabularies import code_of
from vc_issuer.model.credential import CredentialSummary, SummaryLabel
from vc_issuer.model.offering import Supervision
from vc_issuer.model.report import Verdict
from vc_issuer.recognition.facts import Answer, Fact, Question, Reading, Source
from vc_issuer.recognition.wording import write_date, write_moment, write_number
from vc_issuer.rendering.printout import is_ects

# ECTS Users' Guide 2015, part 1: one credit corresponds to 25 to 30 hours of work.
USUAL_HOURS = (Decimal(25), Decimal(30))
_CYCLES = {5: "short", 6: "first", 7: "second", 8: "third"}  # QF-EHEA against EQF, Bergen 2005
_LEVEL_IN_IRI = re.compile(r"/snb/eqf/([1-8])\Z")
_LEVEL_IN_WORDS = re.compile(r"\b([1-8])\b")
_SUPERVISION = {
    Supervision.UNSUPERVISED.value: "not-identified",
    Supervision.UNSUPERVISED_WITH_ID.value: "identified",
    Supervision.SUPERVISED_WITH_ID.value: "identified",
}
_VERIFICATION = {Verdict.CURRENT: "secure", Verdict.STATUS_UNKNOWN: "status-unknown"}


def answers(reading: Reading, summary: CredentialSummary) -> tuple[Answer, ...]:
    """Answer all seven, in their order."""
    return tuple(answer(reading, summary) for answer in _ANSWERS)


def eqf_level(label: SummaryLabel | None) -> int | None:
    """Return the EQF level that a label states, by its IRI or in words such as `Niveau 7`; None if neither does."""
    if label is None:
        return None
    found = _LEVEL_IN_IRI.search(label.iri) or _LEVEL_IN_WORDS.search(label.label)
    return int(found.group(1)) if found else None


def recognised_credits(summary: CredentialSummary) -> Decimal:
    """Return the credits of the achievement that were recognised from earlier study, not earned with this award.

    Where the issuer does not state them, they are what is missing to the whole.
    """
    if summary.credits_recognised is not None:
        return max(summary.credits_recognised, Decimal(0))
    if summary.credits is None or summary.credits_total is None:
        return Decimal(0)
    return max(summary.credits_total - summary.credits, Decimal(0))


def _quality(reading: Reading, summary: CredentialSummary) -> Answer:
    external = [label for label in summary.quality if label.iri]
    own = [label for label in summary.quality if not label.iri]
    facts = [
        reading.fact_from(Source.ENDORSER, "quality-confirmed", seen.comment, name=seen.name)
        for seen in reading.award.confirmations
    ]
    if external:
        facts.append(reading.fact("quality-external", *(f"{label.label} ({label.iri})" for label in external)))
    if own:
        facts.append(reading.fact("quality-own", *(label.label for label in own)))
    if not external and not own:
        facts.append(reading.gap("quality-none"))
    names = {(True, True): "internal-and-external", (True, False): "external", (False, True): "internal-only"}
    rating = names.get((bool(external), bool(own)), "not-stated")
    return reading.answer(Question.QUALITY, rating, facts, good=bool(external))


def _verification(reading: Reading, summary: CredentialSummary) -> Answer:
    award = reading.award
    sentence = reading.say(f"verdict.{award.verdict.value}.sentence")
    facts = [reading.fact_from(Source.CHECK, "verdict", sentence=sentence, when=write_moment(award.checked_at))]
    if award.issuer and award.issuer.trusted:
        named = (award.issuer.name, award.issuer.source)
        facts.append(reading.fact_from(Source.TRUST_SOURCE, "issuer-known", *named))
    else:
        facts.append(reading.fact_from(Source.CLAIMED, "issuer-claimed", summary.issuer_name, summary.issuer_id))
    facts.append(reading.fact("awarding-bodies", *summary.awarding_bodies))
    unknown = "issuer-unknown" if award.verdict is Verdict.UNKNOWN_ISSUER else "not-in-force"
    rating = _VERIFICATION.get(award.verdict, unknown)
    return reading.answer(Question.VERIFICATION, rating, facts, good=award.verdict is Verdict.CURRENT)


def _level(reading: Reading, summary: CredentialSummary) -> Answer:
    facts = []
    level = eqf_level(summary.eqf)
    if level is not None:
        facts.append(reading.fact("eqf", level=level))
    if summary.nqf:
        facts.append(reading.fact("national-level", reading.coded(summary.nqf)))
    stated = bool(facts)
    if level in _CYCLES:
        facts.append(reading.fact_from(Source.CHECK, f"cycle-{_CYCLES[level]}"))
    if stated and summary.kind:
        facts.append(reading.fact("level-indicative"))
    if summary.isced:
        facts.append(reading.fact("field", field=reading.coded(summary.isced)))
    if not stated:
        facts.insert(0, reading.gap("level-none"))
    return reading.answer(Question.LEVEL, "stated" if stated else "not-stated", facts, good=stated)


def _outcomes(reading: Reading, summary: CredentialSummary) -> Answer:
    if summary.outcomes:
        titles = [outcome.title for outcome in summary.outcomes]
        rating, fact = "listed", reading.fact("outcomes", *titles, count=len(titles))
    elif summary.criteria:
        rating, fact = "in-prose", reading.fact("outcomes-prose", *summary.criteria.split("\n"))
    else:
        rating, fact = "not-stated", reading.gap("outcomes-none")
    return reading.answer(Question.OUTCOMES, rating, [fact], good=rating == "listed")


def _workload(reading: Reading, summary: CredentialSummary) -> Answer:
    stated = summary.credits if summary.credits is not None else summary.credits_total
    ects = is_ects(summary)
    facts = []
    if stated is not None:
        code = "ects" if ects else "credits-unknown"
        facts.append(reading.fact(code, credits=write_number(stated, reading.language)))
        facts += _recognised(reading, summary)
    if summary.hours:
        facts.append(reading.fact("hours", hours=summary.hours))
        facts += _rate(reading, summary) if ects else []
    if summary.mode:
        facts.append(reading.fact("participation", mode=reading.coded(summary.mode)))
    if stated is not None and ects:
        rating = "ects"
    elif summary.hours:
        rating = "hours"
    else:
        rating = "unknown-unit" if stated is not None else "not-stated"
    if rating == "not-stated":
        facts.insert(0, reading.gap("workload-none"))
    return reading.answer(Question.WORKLOAD, rating, facts, good=rating == "ects")


def _recognised(reading: Reading, summary: CredentialSummary) -> list[Fact]:
    recognised = recognised_credits(summary)
    if not recognised:
        return []
    total = summary.credits_total if summary.credits_total is not None else (summary.credits or 0) + recognised
    written = {
        "recognised": write_number(recognised, reading.language),
        "total": write_number(total, reading.language),
    }
    return [reading.fact("ects-recognised", **written)]


def _rate(reading: Reading, summary: CredentialSummary) -> list[Fact]:
    """Hold the hours of the whole achievement against its credits."""
    volume = summary.credits_total or summary.credits
    if not volume or not summary.hours:
        return []
    rate = (Decimal(summary.hours) / volume).quantize(Decimal("0.1"))
    code = "rate-usual" if USUAL_HOURS[0] <= rate <= USUAL_HOURS[1] else "rate-unusual"
    return [reading.fact_from(Source.CHECK, code, rate=write_number(rate, reading.language))]


def _assessment(reading: Reading, summary: CredentialSummary) -> Answer:
    facts = []
    if summary.assessments:
        types = ", ".join(reading.coded(kind) for kind in summary.assessments)
        facts.append(reading.fact("assessments", types=types))
    else:
        facts.append(reading.gap("assessment-none"))
    facts.append(reading.fact("mark", mark=summary.mark) if summary.mark else reading.gap("no-mark"))
    stated = bool(summary.assessments)
    return reading.answer(Question.ASSESSMENT, "stated" if stated else "not-stated", facts, good=stated)


def _identity(reading: Reading, summary: CredentialSummary) -> Answer:
    facts = [reading.fact("name", summary.learner_name) if summary.learner_name else reading.gap("name-none")]
    if summary.birth_date:
        facts.append(reading.fact("birth-date", date=write_date(summary.birth_date, reading.language)))
    else:
        facts.append(reading.gap("birth-date-none"))
    if summary.student_number:
        facts.append(reading.fact("student-number", summary.student_number))
    if summary.supervision:
        facts.append(reading.fact("supervision", supervision=reading.coded(summary.supervision)))
        rating = _SUPERVISION.get(code_of(summary.supervision.iri, "supervision"), "stated")
    else:
        facts.append(reading.gap("supervision-none"))
        rating = "not-stated"
    facts.append(reading.fact_from(Source.CHECK, "bearer"))
    return reading.answer(Question.IDENTITY, rating, facts, good=rating == "identified")


_ANSWERS: tuple[Callable[[Reading, CredentialSummary], Answer], ...] = (
    _quality,
    _verification,
    _level,
    _outcomes,
    _workload,
    _assessment,
    _identity,
)
