"""The result of an award in an Open Badge: a mark on its described scale, or a pass in words (OB3 B.23, B.24).

What is about this learner alone stands at the result, and not at the achievement, whose id all learners share: parts
that were recognised, and the reference group of this run.
"""

from collections.abc import Iterator

from vc_issuer.formats import sentences
from vc_issuer.model.credential import JsonValue
from vc_issuer.model.grading import Distribution, plain
from vc_issuer.model.record import DocumentDue

GROUP = "ext:ResultDistribution"  # code: label=count, separated by semicolons
PLACE = "ext:ShortenedGrading"  # code: per cent lower;equal;higher
PART = "ext:RecognisedPart"  # code: its ECTS
RECOGNISED = "ext:RecognisedCredits"  # code: ECTS
SCALE = "ext:GradingScheme"
COMPLETED = "Completed"


def result_description(due: DocumentDue, own_id: str, language: str) -> dict[str, JsonValue]:
    """Describe the scale that the result stands on; without a mark it is a status."""
    grading = due.specification.grading
    description: dict[str, JsonValue] = {
        "id": own_id,
        "type": ["ResultDescription"],
        "name": (grading.title if grading else sentences.RESULT).best(language),
        "resultType": "Status" if due.mark is None else "RawScore",
    }
    if grading is None:
        return description
    if due.mark is not None:
        if grading.allowed:
            description["allowedValue"] = list(grading.allowed)
        # A maximum makes a reader see a share, so it is left out where the mark is none.
        if grading.minimum is not None and not grading.allowed:
            description["valueMin"] = plain(grading.minimum)
        if grading.out_of:
            description["valueMax"] = grading.out_of
        if grading.pass_mark is not None:
            description["requiredValue"] = grading.write(grading.pass_mark)
    alignment = _alignment(SCALE, f"{due.specification.iri}#grading", grading.title.best(language))
    alignment["targetDescription"] = grading.description.best(language)
    description["alignment"] = [alignment]
    return description


def result(due: DocumentDue, description_id: str, language: str) -> dict[str, JsonValue]:
    """Return the learner's result."""
    node: dict[str, JsonValue] = {"type": ["Result"], "resultDescription": description_id}
    grading = due.specification.grading
    if due.mark is None:
        node["status"] = COMPLETED
    else:
        node["value"] = grading.write(due.mark, honours=due.honours) if grading else plain(due.mark)
    if alignments := [*_recognised(due, language), *_group(due, language)]:
        node["alignment"] = list[JsonValue](alignments)
    return node


def _recognised(due: DocumentDue, language: str) -> Iterator[dict[str, JsonValue]]:
    iri = due.specification.iri
    for number, part in enumerate(due.exempted, start=1):
        entry = _alignment(PART, f"{iri}#recognised-{number}", part.title.best(language))
        entry["targetCode"] = plain(part.ects)
        entry["targetDescription"] = sentences.EXEMPTED.best(language)
        yield entry
    if due.credits_recognised:
        ects = plain(due.credits_recognised)
        text = sentences.fill(sentences.RECOGNISED, ects=ects).best(language)
        yield {**_alignment(RECOGNISED, f"{iri}#recognised", text), "targetCode": ects}


def _group(due: DocumentDue, language: str) -> Iterator[dict[str, JsonValue]]:
    distribution = due.specification.distribution
    if distribution is None or not distribution.shown:
        return
    url = f"{due.specification.iri}#distribution"
    entry = _alignment(GROUP, url, distribution.reference_group.best(language))
    entry["targetCode"] = ";".join(f"{category.label}={category.count}" for category in distribution.shown)
    entry["targetDescription"] = sentences.distribution_note(distribution).best(language)
    yield entry
    yield from _place(due, distribution, language)


def _place(due: DocumentDue, distribution: Distribution, language: str) -> Iterator[dict[str, JsonValue]]:
    grading = due.specification.grading
    if due.mark is None or grading is None:
        return
    place = distribution.shortened(due.mark, higher_is_better=grading.higher_is_better)
    if place is not None:
        url = f"{due.specification.iri}#distribution-place"
        entry = _alignment(PLACE, url, distribution.reference_group.best(language))
        yield {**entry, "targetCode": f"{place.lower};{place.equal};{place.higher}"}


def _alignment(kind: str, url: str, name: str) -> dict[str, JsonValue]:
    return {"type": ["Alignment"], "targetType": kind, "targetName": name, "targetUrl": url}
