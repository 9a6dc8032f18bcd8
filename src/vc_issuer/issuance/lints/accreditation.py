"""What EDC checks of an accreditation that a credential claims (QDRAccreditationValidationService of EDC 2.2.2).

Only the Accredited profile is looked at. Whether the EU's register knows the accreditation can't be seen from here.
"""

from collections.abc import Callable, Iterator

from vc_issuer.formats.elm.graph import ElmGraph, GraphNode, read_graph
from vc_issuer.issuance.lints.subject import Check, LintSubject, members, moment_of

ACCREDITED = "http://data.europa.eu/snb/credential/6cf8e68c43"
_IDENTIFIERS = ("eIDASIdentifier", "registration", "vatIdentifier", "taxIdentifier", "identifier")
_PLACE = "/evidence/accreditation"
_Judge = Callable[[ElmGraph, GraphNode], bool]


def _accreditations(graph: ElmGraph) -> list[GraphNode]:
    return [node for each in graph.follow(graph.root, "evidence") for node in graph.follow(each, "accreditation")]


def _claims_one(subject: LintSubject) -> bool:
    return any(node.get("id") == ACCREDITED for _, node in members(subject.document, "credentialProfiles"))


def evidence(subject: LintSubject) -> Iterator[str]:
    """Eligibility: an accreditation as evidence, and a learning achievement at the top."""
    if not _claims_one(subject):
        return
    graph = read_graph(subject.document)
    claim = graph.first(graph.root, "credentialSubject", "hasClaim")
    if not _accreditations(graph) or claim is None or "LearningAchievement" not in claim.types:
        yield "/evidence"


def _judged(is_right: _Judge) -> Check:
    def check(subject: LintSubject) -> Iterator[str]:
        if not _claims_one(subject):
            return
        graph = read_graph(subject.document)
        if not all(is_right(graph, node) for node in _accreditations(graph)):
            yield _PLACE

    return check


def _in_period(graph: ElmGraph, node: GraphNode) -> bool:
    made = moment_of(next(iter(graph.root.literals.get("issuanceDate", ())), None))
    starts, ends = (moment_of(next(iter(node.literals.get(name, ())), None)) for name in ("dateIssued", "expiryDate"))
    return made is not None and (starts is None or starts <= made) and (ends is None or made <= ends)


def _of_this_body(graph: ElmGraph, node: GraphNode) -> bool:
    organisations = graph.follow(node, "organisation")
    known = {text for each in organisations for text in _notations(graph, each)}
    process = graph.first(graph.root, "credentialSubject", "hasClaim", "awardedBy")
    ours = {text for body in graph.follow(process, "awardingBody") for text in _notations(graph, body)}
    return bool(known & ours)


def _notations(graph: ElmGraph, node: GraphNode) -> set[object]:
    found = (each for name in _IDENTIFIERS for each in graph.follow(node, name))
    return {notation for each in found for notation in each.literals.get("notation", ())}


def _specification(graph: ElmGraph) -> GraphNode | None:
    return graph.first(graph.root, "credentialSubject", "hasClaim", "specifiedBy")


def _of_this_qualification(graph: ElmGraph, node: GraphNode) -> bool:
    limits = graph.follow(node, "limitQualification")
    specification = _specification(graph)
    ours = {specification.key, *_notations(graph, specification)} if specification else set()
    return not limits or any(each.key in ours or _notations(graph, each) & ours for each in limits)


def _within(graph: ElmGraph, node: GraphNode, limit: str, values: list[str]) -> bool:
    """Tell whether every value lies under one of the limits: the EU's lists of fields and places grow by suffix."""
    limits = [each.key for each in graph.follow(node, limit)]
    return not limits or all(any(value.startswith(one) for one in limits) for value in values)


def _of_this_level(graph: ElmGraph, node: GraphNode) -> bool:
    specification = _specification(graph)
    return _within(graph, node, "limitEQFLevel", specification.links.get("eqfLevel", [""]) if specification else [""])


def _of_this_field(graph: ElmGraph, node: GraphNode) -> bool:
    specification = _specification(graph)
    return _within(graph, node, "limitField", specification.links.get("thematicArea", []) if specification else [])


def _of_this_place(graph: ElmGraph, node: GraphNode) -> bool:
    process = graph.first(graph.root, "credentialSubject", "hasClaim", "awardedBy")
    places = [
        code
        for body in graph.follow(process, "awardingBody")
        for location in graph.follow(body, "location")
        for code in location.links.get("spatialCode", [""])
    ]
    return _within(graph, node, "limitJurisdiction", places)


BY_VALUE: dict[str, Check] = {
    "edc.accreditation-evidence": evidence,
    "edc.accreditation-period": _judged(_in_period),
    "edc.accreditation-organisation": _judged(_of_this_body),
    "edc.accreditation-qualification": _judged(_of_this_qualification),
    "edc.accreditation-level": _judged(_of_this_level),
    "edc.accreditation-field": _judged(_of_this_field),
    "edc.accreditation-jurisdiction": _judged(_of_this_place),
}
