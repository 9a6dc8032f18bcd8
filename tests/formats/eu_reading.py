"""How the EU's own files read an ELM document: its context for names, its shapes for structure."""

import copy
import json
from functools import cache

import rdflib
from pyld import jsonld
from pyshacl.graph_abstraction import DataGraph
from pyshacl.shapes_graph import ShapesGraph
from pyshacl.validator import Validator
from rdflib import OWL

from reference import DATA

ELM = DATA / "elm"
EDC_AP = "http://data.europa.eu/snb/model/context/edc-ap"
VC_V1 = "https://www.w3.org/2018/credentials/v1"
VERSIONS = ("3.1", "3.2")


@cache
def eu_context(version):
    return json.loads((ELM / "contexts" / f"edc-ap-{version}.jsonld").read_text(encoding="utf-8"))


@cache
def vc_context():
    return json.loads((ELM / "contexts" / "credentials-v1.jsonld").read_text(encoding="utf-8"))


def loader(edc_ap):
    known = {EDC_AP: edc_ap, VC_V1: vc_context()}

    def load(url, options):
        return {"contextUrl": None, "documentUrl": url, "document": known[url], "contentType": "application/ld+json"}

    return load


def without(document, path):
    """Return a copy that lacks the member at `path`, wherever the same node stands (a node repeated is one node)."""
    copied = copy.deepcopy(document)
    holder = copied
    for step in path[:-1]:
        holder = holder[step]
    named = holder.get("id")
    del holder[path[-1]]
    for node in every_object(copied):
        if named is not None and node.get("id") == named:
            node.pop(path[-1], None)
    return copied


def every_object(value):
    if isinstance(value, list):
        for item in value:
            yield from every_object(item)
    elif isinstance(value, dict):
        yield value
        for child in value.values():
            yield from every_object(child)


def nquads(document, edc_ap):
    options = {"documentLoader": loader(edc_ap), "format": "application/n-quads"}
    return jsonld.to_rdf(document, options)


def triples(document, edc_ap):
    """Return canonical N-Quads, so that blank nodes compare."""
    options = {"documentLoader": loader(edc_ap), "algorithm": "URDNA2015", "format": "application/n-quads"}
    return set(jsonld.normalize(document, options).splitlines())


# The shapes beyond the generic ones that a document claims by its schema.
CLAIMED = {
    "http://data.europa.eu/snb/model/ap/edc-accredited": ("EDC-accredited.ttl",),
    "http://data.europa.eu/snb/model/ap/edc-issued-by-mandate": ("EDC-issuedByMandate.ttl",),
}


@cache
def shapes(version, *claimed):
    graph = rdflib.Graph()
    for name in ("EDC-generic-no-cv.ttl", "EDC-generic-full.ttl", *claimed):
        graph.parse(ELM / "shapes" / version / name, format="turtle")
    graph.remove((None, OWL.imports, None))
    return ShapesGraph(graph)  # finds its shapes once; it costs half a second


def shacl_results(document, version):
    """Return the paths of what the EU's shapes refuse, with those of the profile that the document claims."""
    (schema,) = document["credentialSchema"]
    claimed = CLAIMED.get(schema["id"], ())
    data = rdflib.Graph()
    data.parse(data=nquads(document, eu_context(version)), format="nt")
    validator = Validator(
        DataGraph.from_rdflib_dataset(data),
        shacl_graph=rdflib.Graph(),
        options={"inference": "none", "advanced": False},
    )
    validator.shacl_graph = shapes(version, *claimed)
    conforms, report, _ = validator.run()
    shacl = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    found = [str(path) for path in report.objects(None, shacl.resultPath)]
    return [] if conforms else (found or ["?"])


def unmapped_members(document, version):
    """Name the members that the EU's context doesn't know, and that RDF would silently lose."""
    known = set(eu_context(version)["@context"]) | set(vc_context()["@context"]["VerifiableCredential"]["@context"])
    lost = set()

    def walk(value):
        if isinstance(value, list):
            for item in value:
                walk(item)
        elif isinstance(value, dict):
            for member, child in value.items():
                definition = eu_context(version)["@context"].get(member)
                if member not in known and member != "@context":
                    lost.add(member)
                if not (isinstance(definition, dict) and definition.get("@container") == "@language"):
                    walk(child)

    walk(document)
    return lost


def sample_documents():
    for path in sorted((ELM / "samples").rglob("*.jsonld")):
        yield f"{path.parent.name}/{path.stem}", json.loads(json.loads(path.read_text(encoding="utf-8"))["payload"])
