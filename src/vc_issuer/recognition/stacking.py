"""Several awards of one learner against a receiver's target: what counts, what is counted twice, what is missing.

Advisory with reasons, never a decision (GDPR article 22, domain part 5). Only genuine and current awards count; every
other is listed with why it does not. Credits that an award recognised from earlier study were not earned with it, and
may stand in another award: they are told, and not added.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

from vc_issuer.model.credential import CredentialSummary
from vc_issuer.model.report import Verdict
from vc_issuer.recognition.age import months_between
from vc_issuer.recognition.awards import Award
from vc_issuer.recognition.learners import Identity, IdentityFinding, compare_learners
from vc_issuer.recognition.likeness import ALIKE, likeness
from vc_issuer.recognition.questions import eqf_level, recognised_credits
from vc_issuer.recognition.target import RequiredSet, Target
from vc_issuer.rendering.printout import is_ects

OVERLAPPING = 0.75  # of the shorter outcome's words: from here on two awards seem to say the same
_MOST = 40  # outcomes of one award that are compared: bounds the work on long documents


class Kind(Enum):
    """What a finding says (domain part 5)."""

    SATISFIED = "satisfied"
    MISSING = "missing"
    DOUBLE_COUNTED = "double-counted"
    HUMAN_NEEDED = "human-needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding: its kind, a stable code, values for its sentence, and the files that it is about."""

    kind: Kind
    code: str
    values: dict[str, str | Decimal | int] = field(default_factory=dict, repr=False)
    files: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An award that does not count, and a stable code for why; `beside` is the file that has it already."""

    award: Award = field(repr=False)
    code: str
    beside: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The awards together. Nothing is added up before a person has said that they are of one learner."""

    target: Target
    identity: IdentityFinding
    is_added_up: bool
    counted: tuple[Award, ...] = field(default=(), repr=False)
    left_out: tuple[LeftOut, ...] = field(default=(), repr=False)
    findings: tuple[Finding, ...] = field(default=(), repr=False)
    earned: Decimal = Decimal(0)
    recognised: Decimal = Decimal(0)

    def of_kind(self, kind: Kind) -> tuple[Finding, ...]:
        """Return the findings of one kind."""
        return tuple(finding for finding in self.findings if finding.kind is kind)


def stack_awards(awards: Sequence[Award], target: Target, today: date, *, confirmed: bool) -> Stack:
    """Add awards up against `target`. `confirmed`: a person has said that the names are those of one learner.

    Birth dates or student numbers that contradict each other are never overruled.
    """
    current, left_out = _current(awards)
    identity = compare_learners(_summary(award) for award in current)
    is_one = identity.outcome is Identity.SAME or (identity.outcome is Identity.ASK and confirmed)
    if not is_one:
        return Stack(target=target, identity=identity, is_added_up=False, left_out=tuple(left_out))
    counted = _without_doubles(current, left_out)
    counted, unfit = _fit(counted, target)
    doubles = [_double(entry) for entry in left_out if entry.beside]
    left_out += unfit
    findings = [
        *_volume(counted, target),
        *(finding for required in target.sets for finding in _set(counted, required)),
        *_external(counted, target),
        *doubles,
        *_recognised(counted),
        *_overlaps(counted),
        *_old(counted, target, today),
        *_unsure(unfit, identity, confirmed=confirmed),
        *_outcomes(counted, target),
    ]
    return Stack(
        target=target,
        identity=identity,
        is_added_up=True,
        counted=tuple(counted),
        left_out=tuple(left_out),
        findings=tuple(findings),
        earned=_earned(counted),
        recognised=sum((recognised_credits(_summary(award)) for award in counted), Decimal(0)),
    )


def _summary(award: Award) -> CredentialSummary:
    if award.summary is None:
        raise TypeError("only awards that say something are added up")
    return award.summary


def _current(awards: Sequence[Award]) -> tuple[list[Award], list[LeftOut]]:
    current, left_out = [], []
    for award in awards:
        if award.verdict is Verdict.CURRENT and award.summary is not None:
            current.append(award)
        else:
            left_out.append(LeftOut(award=award, code="not-current"))
    return current, left_out


def _without_doubles(awards: list[Award], left_out: list[LeftOut]) -> list[Award]:
    """Keep one of each: whole offerings before their parts, the latest version before earlier ones."""
    order = sorted(awards, key=lambda award: (bool(_summary(award).part_of), -_day(award)))
    kept: list[Award] = []
    for award in order:
        double = next(((code, other) for other in kept if (code := _doubles(_summary(award), _summary(other)))), None)
        if double is None:
            kept.append(award)
        else:
            left_out.append(LeftOut(award=award, code=double[0], beside=double[1].file))
    return [award for award in awards if award in kept]


def _doubles(one: CredentialSummary, other: CredentialSummary) -> str:
    """Say how `one` is counted already in `other`, or nothing."""
    if one.id == other.id or one.id in other.twin_ids or other.id in one.twin_ids:
        return "same-document"
    if set(one.twin_ids) & set(other.twin_ids):
        return "same-document"
    if other.offering and other.offering in one.part_of:
        return "part-of-whole"
    if one.offering and one.offering == other.offering:
        return "same-offering"
    return "other-version" if one.code and (one.issuer_id, one.code) == (other.issuer_id, other.code) else ""


def _fit(awards: list[Award], target: Target) -> tuple[list[Award], list[LeftOut]]:
    """Part those whose credits and level can be counted from those that can't, or not without a person."""
    fit, unfit = [], []
    for award in awards:
        code = _unfitness(_summary(award), target)
        if code:
            unfit.append(LeftOut(award=award, code=code))
        else:
            fit.append(award)
    return fit, unfit


def _unfitness(summary: CredentialSummary, target: Target) -> str:
    if summary.credits is None:
        return "no-credits"
    if not is_ects(summary):
        return "not-ects"
    level = eqf_level(summary.eqf)
    if target.level is None:
        return ""
    if level is None:
        return "level-unknown"
    return "below-level" if level < target.level else ""


def _earned(awards: list[Award]) -> Decimal:
    return sum((_summary(award).credits or Decimal(0) for award in awards), Decimal(0))


def _day(award: Award) -> int:
    summary = _summary(award)
    awarded = summary.awarded_on or (summary.valid_from.date() if summary.valid_from else None)
    return awarded.toordinal() if awarded else 0


def _volume(awards: list[Award], target: Target) -> list[Finding]:
    earned = _earned(awards)
    values: dict[str, str | Decimal | int] = {"earned": earned, "wanted": target.ects, "lacking": target.ects - earned}
    kind = Kind.SATISFIED if earned >= target.ects else Kind.MISSING
    return [Finding(kind=kind, code=f"volume-{kind.value}", values=values)]


def _set(awards: list[Award], required: RequiredSet) -> list[Finding]:
    found = {code: _with_code(awards, code) for code in required.codes}
    present = {award.file: award for award in found.values() if award}
    files = tuple(present)
    if required.ects is None:
        lacking = [code for code, award in found.items() if award is None]
        values: dict[str, str | Decimal | int] = {"name": required.name, "codes": ", ".join(lacking)}
        kind = Kind.MISSING if lacking else Kind.SATISFIED
        return [Finding(kind=kind, code=f"set-{kind.value}", values=values, files=files)]
    earned = _earned(list(present.values()))
    kind = Kind.SATISFIED if earned >= required.ects else Kind.MISSING
    values = {"name": required.name, "earned": earned, "wanted": required.ects}
    return [Finding(kind=kind, code=f"choice-{kind.value}", values=values, files=files)]


def _with_code(awards: list[Award], code: str) -> Award | None:
    """Find an award by its code or IRI, or one of a whole of which the code is a part."""
    return next(
        (each for each in awards if code in {_summary(each).code, _summary(each).offering, *_summary(each).part_of}),
        None,
    )


def _external(awards: list[Award], target: Target) -> list[Finding]:
    earned = _earned(awards)
    if target.external_share is None or not earned:
        return []
    external = [award for award in awards if _summary(award).issuer_id not in target.home]
    share = (_earned(external) * 100 / earned).quantize(Decimal(1))
    kind = Kind.SATISFIED if share <= target.external_share else Kind.MISSING
    values: dict[str, str | Decimal | int] = {"share": share, "most": target.external_share}
    return [Finding(kind=kind, code=f"external-{kind.value}", values=values, files=_files(external))]


def _double(entry: LeftOut) -> Finding:
    return Finding(kind=Kind.DOUBLE_COUNTED, code=entry.code, files=(entry.award.file, entry.beside))


def _recognised(awards: list[Award]) -> list[Finding]:
    found = [award for award in awards if recognised_credits(_summary(award))]
    credits_ = sum((recognised_credits(_summary(award)) for award in found), Decimal(0))
    if not found:
        return []
    return [Finding(kind=Kind.HUMAN_NEEDED, code="recognised", values={"credits": credits_}, files=_files(found))]


def _overlaps(awards: list[Award]) -> list[Finding]:
    """Find pairs of awards whose outcomes say the same: by id, or in words that a person should compare."""
    findings = []
    for place, one in enumerate(awards):
        for other in awards[place + 1 :]:
            pair = _overlap(_summary(one), _summary(other))
            if pair:
                values: dict[str, str | Decimal | int] = {"first": pair[0], "second": pair[1]}
                files = (one.file, other.file)
                findings.append(Finding(kind=Kind.HUMAN_NEEDED, code="overlap", values=values, files=files))
    return findings


def _overlap(one: CredentialSummary, other: CredentialSummary) -> tuple[str, str] | None:
    pairs = [(first, second) for first in one.outcomes[:_MOST] for second in other.outcomes[:_MOST]]
    same = next((pair for pair in pairs if pair[0].id and pair[0].id == pair[1].id), None)
    alike = same or next((pair for pair in pairs if likeness(pair[0].title, pair[1].title) >= OVERLAPPING), None)
    return (alike[0].title, alike[1].title) if alike else None


def _old(awards: list[Award], target: Target, today: date) -> list[Finding]:
    if target.years is None:
        return []
    old = [award for award in awards if _is_older(award, target.years, today)]
    values: dict[str, str | Decimal | int] = {"years": target.years}
    return [Finding(kind=Kind.HUMAN_NEEDED, code="old", values=values, files=_files(old))] if old else []


def _is_older(award: Award, years: int, today: date) -> bool:
    day = _day(award)
    return not day or months_between(date.fromordinal(day), today) >= years * 12


def _unsure(unfit: list[LeftOut], identity: IdentityFinding, *, confirmed: bool) -> list[Finding]:
    findings = [
        Finding(kind=Kind.HUMAN_NEEDED, code=entry.code, files=(entry.award.file,))
        for entry in unfit
        if entry.code != "below-level"
    ]
    findings += [
        Finding(kind=Kind.MISSING, code=entry.code, files=(entry.award.file,))
        for entry in unfit
        if entry.code == "below-level"
    ]
    reasons = ("confirmed",) if identity.outcome is Identity.ASK and confirmed else identity.reasons
    return findings + [Finding(kind=Kind.HUMAN_NEEDED, code=f"identity-{reason}") for reason in reasons]


def _outcomes(awards: list[Award], target: Target) -> list[Finding]:
    return [_outcome(awards, wanted) for wanted in target.outcomes]


def _outcome(awards: list[Award], wanted: str) -> Finding:
    """Find the outcome that says most of what is wanted; whether it is the same is a person's to say."""
    candidates = [(award, each.title) for award in awards for each in _summary(award).outcomes[:_MOST]]
    best = max(candidates, key=lambda candidate: likeness(wanted, candidate[1]), default=None)
    if best is None or likeness(wanted, best[1]) < ALIKE:
        return Finding(kind=Kind.MISSING, code="outcome-missing", values={"wanted": wanted})
    values: dict[str, str | Decimal | int] = {"wanted": wanted, "found": best[1]}
    return Finding(kind=Kind.HUMAN_NEEDED, code="outcome-compare", values=values, files=(best[0].file,))


def _files(awards: list[Award]) -> tuple[str, ...]:
    return tuple(award.file for award in awards)
