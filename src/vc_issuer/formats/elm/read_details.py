"""Read what surrounds an ELM claim: scale, reference group, recognised parts, decisions, mandate, evidence.

Notes of our own documents are told apart by the kind in their ids; of others' documents only what has a member of its
own is read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from vc_issuer.formats import vocabularies
from vc_issuer.formats.details import Details
from vc_issuer.formats.elm import achievement, qualification
from vc_issuer.formats.elm.graph import ElmGraph, GraphNode, literal_in, text_in
from vc_issuer.model.credential import SummaryDistribution, SummaryPart, SummaryScale

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_MARK = re.compile(r"[-0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimNodes:
    """The nodes of one claim that a summary begins from."""

    root: GraphNode
    claim: GraphNode | None
    award: GraphNode | None
    specification: GraphNode | None
    proofs: tuple[GraphNode, ...]


def read_details(graph: ElmGraph, nodes: ClaimNodes, language: str, *, is_own: bool) -> Details:
    """Read one claim's details in `language`, or in the first language of each text."""
    return _Reader(graph, nodes, language, is_own=is_own).read()


class _Reader:
    def __init__(self, graph: ElmGraph, nodes: ClaimNodes, language: str, *, is_own: bool) -> None:
        self._graph = graph
        self._nodes = nodes
        self._language = language
        self._is_own = is_own

    def read(self) -> Details:
        nodes, graph = self._nodes, self._graph
        entitlement = graph.first(nodes.specification, "entitlesTo") or graph.first(nodes.claim, "entitlesTo")
        accreditations = graph.follow(nodes.specification, "accreditation")
        said = [text for kind in accreditations for text in self._notes(kind, qualification.DECISION)]
        stands_alone = self._notes(nodes.specification, qualification.STACKABILITY)
        total = next(iter(self._notes(nodes.award, achievement.RECOGNISED)), "")
        return Details(
            passed=self._passed(),
            scale=self._scale(),
            distribution=self._distribution(),
            credits_recognised=_number(total),
            recognised=self._recognised(),
            level_indicative=bool(self._notes(nodes.specification, qualification.INDICATIVE)),
            decisions=tuple(said),
            prerequisites=self._text(graph.first(nodes.specification, "entryRequirement"), "noteLiteral"),
            stackability=self._text(entitlement, "description")
            or self._text(entitlement, "title")
            or next(iter(stands_alone), ""),
            stackable_into_url=literal_in(graph.first(entitlement, "homepage"), "contentURL"),
            assessed_by=next((self._text(one, "legalName") for one in self._of_proofs("assessedBy")), ""),
            mandate=next(iter(self._notes(nodes.award, achievement.MANDATE)), ""),
            evidence=tuple(literal_in(each, "contentURL") for each in self._of_proofs("supplementaryDocument")),
            details=(
                *self._notes(nodes.specification, qualification.DETAIL),
                *self._notes(nodes.award, achievement.DETAIL),
            ),
            picture_caption=self._caption(),
        )

    def _text(self, node: GraphNode | None, member: str) -> str:
        return text_in(node, member, self._language)

    def _notes(self, node: GraphNode | None, kind: str) -> list[str]:
        notes = self._graph.follow(node, "additionalNote") if self._is_own else []
        return [self._text(note, "noteLiteral") for note in notes if note.key.startswith(f"urn:epass:{kind}:")]

    def _of_proofs(self, member: str) -> Iterator[GraphNode]:
        return (found for proof in self._nodes.proofs for found in self._graph.follow(proof, member))

    def _passed(self) -> bool:
        grades = [self._text(grade, "noteLiteral") for grade in self._of_proofs("grade")]
        return self._is_own and bool(grades) and not any(_MARK.match(grade) for grade in grades)

    def _scale(self) -> SummaryScale | None:
        schemes = (self._graph.first(proof, "specifiedBy", "gradingScheme") for proof in self._nodes.proofs)
        scheme = next((scheme for scheme in schemes if scheme), None)
        if scheme is None:
            return None
        return SummaryScale(title=self._text(scheme, "title"), description=self._text(scheme, "description"))

    def _distribution(self) -> SummaryDistribution | None:
        found = next(self._of_proofs("resultDistribution"), None)
        if found is None:
            return None
        categories = tuple(
            (literal_in(category, "label"), int(_number(literal_in(category, "count")) or 0))
            for category in self._graph.follow(found, "resultCategory")
        )
        place = next(self._of_proofs("shortenedGrading"), None)
        lower, equal, higher = (
            _number(literal_in(place, f"percentage{name}")) for name in ("Lower", "Equal", "Higher")
        )
        return SummaryDistribution(
            group=self._text(found, "description"),
            categories=categories,
            lower=None if lower is None else int(lower),
            equal=None if equal is None else int(equal),
            higher=None if higher is None else int(higher),
        )

    def _recognised(self) -> tuple[SummaryPart, ...]:
        """Return the parts of our own documents; a foreign part may have been earned."""
        parts = self._graph.follow(self._nodes.claim, "hasPart") if self._is_own else []
        return tuple(
            SummaryPart(
                title=self._text(part, "title"),
                ects=_number(literal_in(self._graph.first(part, "specifiedBy", "creditPoint"), "point")),
            )
            for part in parts
        )

    def _caption(self) -> str:
        displays = self._graph.follow(self._graph.first(self._nodes.root, "displayParameter"), "individualDisplay")
        shown = {
            vocabularies.code_of(key, "language"): each for each in displays for key in each.links.get("language", ())
        }
        chosen = shown.get(self._language) or next(iter(displays), None)
        return self._text(self._graph.first(chosen, "displayDetail", "image"), "title")


def _number(text: str) -> Decimal | None:
    found = _NUMBER.search(text)
    try:
        return Decimal(found.group()) if found else None
    except InvalidOperation:
        return None
