"""Digests of resources: the values that the W3C states for its contexts, and the contexts that ship here."""

import json

import pytest

from reference import DATA, needs_data
from vc_issuer.encoding.contexts import conformance_contexts, pinned_contexts
from vc_issuer.encoding.digests import digest_matches, sri_digest

INDEX = DATA / "w3c" / "contexts" / "index.json"
ENTRIES = json.loads(INDEX.read_text(encoding="utf-8")) if INDEX.is_file() else {}
CONTENT = b"content"


@needs_data
@pytest.mark.parametrize("url", ENTRIES)
def test_the_stated_digests_are_those_of_the_published_bytes(url):
    entry = ENTRIES[url]
    content = (INDEX.parent / entry["file"]).read_bytes()
    assert sri_digest(content, entry["digestSRI"].partition("-")[0]) == entry["digestSRI"]
    assert digest_matches(entry["digestSRI"], content)
    assert digest_matches(entry["digestMultibase"], content)
    assert not digest_matches(entry["digestMultibase"], content + b" ")


@needs_data
def test_the_contexts_that_ship_are_the_published_ones():
    shipped = conformance_contexts()
    published = {url: entry["sha256"] for url, entry in ENTRIES.items() if url in shipped.contents}
    assert len(published) >= 7
    different = {url for url, digest in published.items() if shipped.sha256[url] != digest}
    # A package carries the first re-serialised. Of the second, the W3C's repository keeps a draft; what is deployed, and
    # what every library that signs with it ships, is the one here.
    older, deployed = "https://www.w3.org/2018/credentials/v1", "https://w3id.org/security/suites/ed25519-2020/v1"
    assert different == {older, deployed}
    assert shipped.documents[older] == json.loads((INDEX.parent / ENTRIES[older]["file"]).read_bytes())
    assert "expires" in shipped.documents[deployed]["@context"]["Ed25519Signature2020"]["@context"]


@needs_data
@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("https://purl.imsglobal.org/spec/ob/v3p0/context.json", "ob-v3p0.json"),
        ("https://w3id.org/security/data-integrity/v1", "data-integrity-v1.jsonld"),
    ],
)
def test_the_contexts_of_early_badges_say_what_was_published(url, file):
    published = json.loads((DATA / "ob3" / "contexts" / "legacy" / file).read_bytes())
    assert pinned_contexts().documents[url] == published


def test_the_contexts_of_examples_are_for_the_mount_alone():
    examples = set(conformance_contexts().documents) - set(pinned_contexts().documents)
    assert examples == {
        "https://www.w3.org/ns/credentials/examples/v2",
        "https://www.w3.org/ns/credentials/undefined-terms/v2",
    }


@pytest.mark.parametrize(
    "stated",
    [None, 7, "", "-", "sha256", "sha256-", "md5-AAAA", "sha1-AAAA", "u", "uAAAA", "z", "z11", "f1220", "uEiBZlVztZpfWHgPy",
     "sha384-" + "A" * 64, sri_digest(CONTENT)[:-1], sri_digest(CONTENT) + " "],
)  # fmt: skip
def test_a_malformed_digest_matches_nothing(stated):
    assert not digest_matches(stated, CONTENT)
