"""What the demonstration issued: the manifest, what was due, both schemas, the EU's shapes, two RDF libraries."""

import json

import pyoxigraph
import pytest
from eu_reading import VERSIONS, shacl_results, unmapped_members
from jsonschema_rs import Draft201909Validator
from pyld import jsonld

from reference import DATA, ROOT, needs_data
from vc_issuer.encoding.contexts import pinned_contexts


def test_the_manifest_names_files_that_are_there(issued):
    manifest = issued.manifest
    assert manifest["issuer"] == "did:web:credentials.uzb.example"
    for name in (
        manifest["did_document"],
        manifest["seal_anchor"],
        *(each["file"] for each in manifest["status_lists"]),
    ):
        assert (issued.out / name).is_file()
    for entry in issued.credentials:
        assert set(entry["files"]) == {"ob3", "elm", "pdf"}
        assert issued.badge(entry)["id"] == entry["id"]
        assert all((issued.out / name).is_file() for name in entry["files"].values())
        assert entry["verify_url"].startswith("https://credentials.uzb.example/c/")
    assert len({entry["id"] for entry in issued.credentials}) == len(issued.credentials) == 346


def test_no_file_name_holds_a_name_or_a_code(issued):
    for entry in issued.credentials:
        code = entry["verify_url"].rsplit("/", 1)[1]
        for name in (*entry["files"].values(), *entry["ob3_other"].values(), entry["png"]):
            assert name.startswith("credentials/UZB-")
            assert code not in name


def student_number(badge):
    return next(
        each["identityHash"]
        for each in badge["credentialSubject"]["identifier"]
        if "studentNumber" in each["identityType"]
    )


def test_exactly_what_is_due_from_c3_was_issued(issued):
    expected = json.loads((ROOT / "examples/cohorts/c3/expected.json").read_text(encoding="utf-8"))
    found = {}
    for entry in issued.credentials:
        if entry["offering"] != "MC03/2024-2025":
            continue
        badge = issued.badge(entry)
        code = badge["credentialSubject"]["achievement"]["humanCode"]
        documents = found.setdefault(student_number(badge), {"certificate": False, "credit_certificates": []})
        if entry["document"] == "certificate":
            assert not documents["certificate"], "a second certificate"
            documents["certificate"] = True
        else:
            documents["credit_certificates"].append(code)
    for record in expected["records"]:
        documents = found.pop(record["student_number"], {"certificate": False, "credit_certificates": []})
        assert documents["certificate"] == record["certificate"], record["category"]
        assert sorted(documents["credit_certificates"]) == sorted(record["credit_certificates"]), record["category"]
    assert not found


@needs_data
@pytest.mark.parametrize("schema", ["current", "plain_2024"])
def test_every_badge_passes_the_published_schemas(issued, schema):
    path = DATA / "ob3" / "schemas" / schema / "ob_v3p0_achievementcredential_schema.json"
    validator = Draft201909Validator(json.loads(path.read_text(encoding="utf-8")), validate_formats=True)
    for badge in issued.badges():
        assert [error.message for error in validator.iter_errors(json.loads(badge.read_bytes()))] == [], badge.name


def load_pinned(url, _options):
    document = pinned_contexts().documents[url]
    return {"contextUrl": None, "documentUrl": url, "document": document, "contentType": "application/ld+json"}


@pytest.mark.no_cover  # libraries at work for minutes, slower fivefold when each of their lines is counted
def test_two_rdf_libraries_read_the_same_quads(issued):
    """Canonicalised by pyld's RDFC-1.0 and by pyoxigraph's, from quads that each makes or parses by itself."""
    for path in list(issued.badges())[:: issued.step(20)]:
        document = json.loads(path.read_bytes())
        document.pop("proof")
        options = {"documentLoader": load_pinned, "algorithm": "URDNA2015", "format": "application/n-quads"}
        by_pyld = jsonld.normalize(document, options)
        plain = jsonld.to_rdf(document, {"documentLoader": load_pinned, "format": "application/n-quads"})
        dataset = pyoxigraph.Dataset(pyoxigraph.parse(plain.encode(), format=pyoxigraph.RdfFormat.N_QUADS))
        dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
        lines = sorted(
            pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS).decode().splitlines(keepends=True)
        )
        assert "".join(lines) == by_pyld


@needs_data
@pytest.mark.no_cover
def test_every_elm_is_mapped_by_the_eu_context(issued):
    for entry in issued.credentials:
        for version in VERSIONS:
            assert not unmapped_members(issued.elm(entry), version), entry["number"]


@needs_data
@pytest.mark.no_cover
@pytest.mark.timeout(1200)
def test_elm_conforms_to_the_shapes_of_the_eu(issued):
    """One of each kind and language, then a spread; `.ci/run` takes every one."""
    chosen = {entry["id"]: entry for entry in issued.credentials[:: issued.step(40)]}
    chosen |= {(entry := issued.first(kind))["id"]: entry for kind in ("certificate", "credit-certificate")}
    for entry in chosen.values():
        for version in VERSIONS:
            assert shacl_results(issued.elm(entry), version) == [], (entry["number"], version)
