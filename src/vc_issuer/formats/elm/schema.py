"""What breaks an ELM document: the Generic profile for anybody's, Annex I and our own layout for ours.

The EU's shapes demand little of Annex I and no membership in a list (elm 3.4), so both stand in schemas of our own:
`elm.json` says of each class what the shapes say, `elm_own.json` what our documents hold beyond.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

from vc_issuer.formats import vocabularies
from vc_issuer.formats.elm.build import CONTEXTS
from vc_issuer.formats.elm.graph import CLAUSE, ElmGraph, GraphNode, read_graph
from vc_issuer.formats.elm.profile import PROFILES
from vc_issuer.formats.elm.terms import terms
from vc_issuer.model.credential import Document, JsonValue, Violation

DOCUMENT_TYPE = "EuropeanDigitalCredential"
ANNEX_ONE = "Council Recommendation 2022/C 243/02, Annex I"
# No award needs more values of one member; a hostile document would make the checks as dear as it is long.
MAX_VALUES = 1_000
OWN_ROLES: Mapping[str, tuple[str, ...]] = {
    "root": (),
    "learner": ("credentialSubject",),
    "claim": ("credentialSubject", "hasClaim"),
    "process": ("credentialSubject", "hasClaim", "awardedBy"),
    "specification": ("credentialSubject", "hasClaim", "specifiedBy"),
}


def is_elm(document: Document) -> bool:
    """Tell whether a document claims to be a European Digital Credential."""
    types = document.get("type")
    return DOCUMENT_TYPE in (types if isinstance(types, list | tuple) else [types])


def foreign_violations(document: Document) -> list[Violation]:
    """Check a document of any issuer: the Generic profile, no lost member, values in the lists we hold in full."""
    graph = read_graph(document)
    return [*_profile(document, graph), *_lists(graph, is_own=False)]


def own_violations(document: Document) -> list[Violation]:
    """Check a document of this project: the profile, every list, Annex I and our own layout."""
    graph = read_graph(document)
    return [*_profile(document, graph), *_lists(graph, is_own=True), *_own(graph)]


def single_valued(class_name: str, member: str) -> bool:
    """Tell whether the Generic profile gives a class at most one value of a member."""
    members: Mapping[str, Any] = _definitions("elm.json").get(class_name, {}).get("properties", {})
    return bool(members.get(member, {}).get("maxItems") == 1)


def _profile(document: Document, graph: ElmGraph) -> Iterator[Violation]:
    yield from _envelope(document)
    yield from graph.problems
    credentials = [node for node in graph.nodes.values() if DOCUMENT_TYPE in node.types]
    if len(credentials) != 1 or "VerifiableCredential" not in graph.root.types:
        yield _violation("/type", "A document is exactly one verifiable credential of the type for European ones.")
    for node in graph.nodes.values():
        for class_name in node.types:
            yield from _check(graph, node, "elm.json", class_name)
    for issuer in graph.follow(graph.root, "issuer"):
        yield from _check(graph, issuer, "elm.json", "issuer")


def _envelope(document: Document) -> Iterator[Violation]:
    contexts = document.get("@context")
    if not isinstance(contexts, list | tuple) or tuple(contexts) != CONTEXTS:
        yield _violation("/@context", f"The contexts are {CONTEXTS[0]} and {CONTEXTS[1]}, in this order.")
    if not isinstance(document.get("id"), str):
        yield _violation("/id", "A credential has an id.")


def _lists(graph: ElmGraph, *, is_own: bool) -> Iterator[Violation]:
    """Check that coded values name their scheme and stand in the EU's lists; for foreign ones as far as the EU does."""
    known = terms()
    for node in graph.nodes.values():
        for class_name in node.types:
            for member in node.links:
                name = known.list_of(class_name, member)
                if name and (is_own or name in known.enforced_lists):
                    strict = is_own or name in known.complete_lists
                    members = vocabularies.members(name) if strict else None
                    yield from _coded(graph, node, member, vocabularies.scheme(name), members)
                elif scheme := known.scheme_of(class_name, member):
                    yield from _coded(graph, node, member, scheme, None)
    for schema in graph.follow(graph.root, "credentialSchema"):
        if schema.is_blank:
            yield _violation(schema.pointer, "A credential schema is named by its IRI.")


def _coded(
    graph: ElmGraph, node: GraphNode, member: str, scheme: str, members: frozenset[str] | None
) -> Iterator[Violation]:
    for value in graph.follow(node, member):
        if value.is_blank or set(value.links.get("inScheme", ())) != {scheme}:
            yield _violation(
                f"{node.pointer}/{member}", f"{member} takes concepts with an IRI, of the scheme {scheme} by inScheme."
            )
        if members is not None and value.key not in members:
            yield _violation(f"{node.pointer}/{member}", f"{member} names something that the EU's list doesn't hold.")


def _own(graph: ElmGraph) -> Iterator[Violation]:
    for role, path in OWN_ROLES.items():
        node = graph.first(graph.root, *path)
        if node is not None:
            yield from _check(graph, node, "elm_own.json", role)
    process = graph.first(graph.root, *OWN_ROLES["process"])
    for body in graph.follow(process, "awardingBody"):
        yield from _check(graph, body, "elm_own.json", "body")
    yield from _assessments(graph)
    yield from _quality(graph)
    yield from _claimed_profile(graph)
    yield from _times(graph.root)
    yield from _languages(graph)


def _assessments(graph: ElmGraph) -> Iterator[Violation]:
    claim = graph.first(graph.root, *OWN_ROLES["claim"])
    proofs = graph.follow(claim, "provenBy")
    if proofs and not any(graph.first(proof, "specifiedBy", "dcType") for proof in proofs):
        yield _violation(f"{proofs[0].pointer}/specifiedBy", "No assessment names its type.", ANNEX_ONE)


def _quality(graph: ElmGraph) -> Iterator[Violation]:
    specification = graph.first(graph.root, *OWN_ROLES["specification"])
    if specification is None or specification.links.get("accreditation"):
        return
    notes = graph.follow(specification, "additionalNote")
    subjects = {subject for note in notes for subject in note.links.get("subject", ())}
    if not subjects & vocabularies.members("accreditation"):
        yield _violation(specification.pointer, "Nothing is said of quality assurance.", ANNEX_ONE)


def _claimed_profile(graph: ElmGraph) -> Iterator[Violation]:
    """Hold a document to the one profile it claims: its schema, and the evidence that profile demands (elm 3.2)."""
    claimed = set(graph.root.links.get("credentialProfiles", ()))
    evidence = graph.follow(graph.root, "evidence")
    for profile in PROFILES:
        if claimed != {vocabularies.credential_profile(profile.code).iri}:
            continue
        if graph.root.links.get("credentialSchema") != [profile.schema]:
            yield _violation("/credentialSchema", "The schema is not that of the profile that is claimed.")
        if bool(evidence) is not bool(profile.evidence):
            yield _violation("/evidence", "A profile has the evidence that it demands, and the Generic one has none.")
        demanded = {"accreditation": "accreditation", "mandate": "evidenceStatement"}.get(profile.evidence, "")
        for each in evidence:
            if demanded and not (each.links.get(demanded) or each.literals.get(demanded)):
                yield _violation(each.pointer, f"The evidence of this profile has {demanded}.")


def _times(root: GraphNode) -> Iterator[Violation]:
    if root.literals.get("issued") != root.literals.get("issuanceDate"):
        yield _violation("/issuanceDate", "issued and issuanceDate are one moment.", "decisions 2")
    if root.literals.get("validUntil") != root.literals.get("expirationDate"):
        yield _violation("/expirationDate", "validUntil and expirationDate are one moment.", "VCDM 1.1 and ELM 3.2")


def _languages(graph: ElmGraph) -> Iterator[Violation]:
    display = graph.first(graph.root, "displayParameter")
    if display is None:
        return
    known = display.links.get("language", [])
    shown = [key for each in graph.follow(display, "individualDisplay") for key in each.links.get("language", ())]
    if not {*display.links.get("primaryLanguage", ()), *shown} <= set(known):
        yield _violation(f"{display.pointer}/language", "The document shows a language that it doesn't list.")


def _check(graph: ElmGraph, node: GraphNode, schema: str, definition: str) -> Iterator[Violation]:
    is_valid, errors = _validator(schema, definition)
    flat = _flat(graph, node)
    too_long = next(
        (member for member, values in flat.items() if isinstance(values, list) and len(values) > MAX_VALUES), ""
    )
    if too_long:
        yield _violation(f"{node.pointer}/{too_long}", f"{too_long} holds more than {MAX_VALUES} values.")
        return
    if is_valid(flat):
        return
    for error in errors(flat):
        member = next(iter(error.instance_path), "")
        missing = getattr(error.kind, "property", "")
        about = f"{definition} must have {missing}." if missing else f"{member or definition}: {error.message}."
        clause = f"{CLAUSE}, {definition}" if schema == "elm.json" else ANNEX_ONE
        yield _violation(f"{node.pointer}/{missing or member}".rstrip("/"), about, clause)


def _flat(graph: ElmGraph, node: GraphNode) -> dict[str, JsonValue]:
    """Write one node as the schemas want it: lists, texts with their language, links with id and type."""
    links: dict[str, JsonValue] = {
        member: [{"id": key, "type": list(graph.nodes[key].types)} for key in keys]
        for member, keys in node.links.items()
    }
    texts: dict[str, JsonValue] = {
        member: [{"language": language, "value": value} for language, value in values]
        for member, values in node.texts.items()
    }
    return {"id": node.key, "type": list(node.types), **node.literals, **texts, **links}


@cache
def _validator(schema: str, definition: str) -> tuple[Callable[[Any], bool], Callable[[Any], Iterator[Any]]]:
    definitions = _definitions(schema)
    if definition not in definitions:
        return (lambda _: True), (lambda _: iter(()))
    validator = jsonschema_rs.Draft202012Validator(
        {"$ref": f"#/$defs/{definition}", "$defs": definitions}, mask="the value"
    )
    return validator.is_valid, validator.iter_errors


@cache
def _definitions(schema: str) -> Mapping[str, Any]:
    content = files("vc_issuer.formats").joinpath("schemas", schema).read_text(encoding="utf-8")
    definitions: Mapping[str, Any] = json.loads(content)["$defs"]
    return definitions


def _violation(pointer: str, message: str, clause: str = CLAUSE) -> Violation:
    return Violation(pointer=pointer, message=message, clause=clause)
