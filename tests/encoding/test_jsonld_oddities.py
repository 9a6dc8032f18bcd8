"""Contexts over which pyld stumbles, and documents that lose something: refused, never a traceback."""

import pytest

from vc_issuer.encoding.jsonld import expand
from vc_issuer.encoding.rdfc import canonicalize_rdfc
from vc_issuer.errors import UnsafeDocumentError

BASE = "https://www.w3.org/ns/credentials/v2"
DOCUMENT = {
    "@context": [BASE],
    "type": ["VerifiableCredential"],
    "issuer": "did:example:issuer",
    "credentialSubject": {"id": "did:example:subject"},
}


@pytest.mark.parametrize(
    "context",
    [
        {"@vocab": None},
        {"@base": "https://mill.example/"},
        {"@import": "https://mill.example/context"},
        {"@version": 1.0},
        {"x": {"@id": 7}},
        {"x": {"@container": ["@nothing"]}},
        {"@propagate": "no"},
        {"x": [["y"]]},
        7,
        [[7]],
        "relative",
        "https://mill.example/context",
        {"VerifiableCredential": "https://mill.example/#Other"},
        {"@context": {"type": "@nest"}},
    ],
)
def test_a_context_that_is_odd_or_unknown_is_refused_in_words(context):
    document = {**DOCUMENT, "@context": [BASE, context], "x": {"y": 1}}
    with pytest.raises(UnsafeDocumentError):
        expand(document)


@pytest.mark.parametrize("context", [None, 7, True, {}, [], [None], "https://mill.example", [[]]])
def test_a_document_without_its_context_loses_everything(context):
    with pytest.raises(UnsafeDocumentError):
        canonicalize_rdfc({**DOCUMENT, "@context": context})
