"""What a peer is given before it is measured: everything it may look up, so that it asks no network, and its inputs."""

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from vc_issuer.bench.files import CHALLENGE, badges, holder_key, presentations
from vc_issuer.bench.inputs import Inputs
from vc_issuer.did import did_web_url
from vc_issuer.encoding.contexts import pinned_contexts
from vc_issuer.encoding.multikey import encode_multikey
from vc_issuer.formats.ob3.build import SCHEMA
from vc_issuer.formats.ob3.schema import OWN
from vc_issuer.model.keys import VerificationMethod
from vc_issuer.securing.proof_terms import ASSERTION

_MULTIKEY = "https://w3id.org/security/multikey/v1"
_DRAFT = "https://json-schema.org/draft/2019-09/schema"


def given_to_peers(inputs: Inputs) -> dict[str, Any]:
    """Return one JSON object: `documents` by URL for a loader, `pages` by URL for who fetches, and the inputs as text.

    `unsecured` and `secured` are badges, `presented` presentations signed for authentication, `asserted` the same
    signed for assertions.
    """
    home, key = inputs.home, holder_key()
    issuer = home.did_document()
    lists = {url: content.decode() for url, content in home.trust().status_lists.items()}
    documents = {
        **pinned_contexts().documents,
        **{url: json.loads(text) for url, text in lists.items()},
        **_by_id(issuer),
        **_by_id(_holder(key.method)),
    }
    pages = {**lists, did_web_url(issuer["id"]): json.dumps(issuer), SCHEMA: json.dumps(_own_schema())}
    given = {
        "unsecured": [inputs.badge(number) for number in range(len(inputs.awards))],
        "secured": badges(inputs),
        "presented": presentations(inputs, key),
        "asserted": presentations(inputs, key, purpose=ASSERTION),
    }
    texts = {name: [each.decode() for each in contents] for name, contents in given.items()}
    return {"documents": documents, "pages": pages, "issuer": issuer["id"], "challenge": CHALLENGE, **texts}


def as_2019(schema: Any) -> Any:
    """Return a JSON Schema of draft 2020-12 as one of 2019-09, which has another name for the items of a tuple."""
    if isinstance(schema, list):
        return [as_2019(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    found = {name: as_2019(value) for name, value in schema.items()}
    if isinstance(found.get("prefixItems"), list):
        found["additionalItems"] = found.pop("items", True)
        found["items"] = found.pop("prefixItems")
    return found


def _own_schema() -> dict[str, Any]:
    """Return the schema that our badges hold to, under the address that they name as theirs."""
    text = (resources.files("vc_issuer.formats") / "schemas" / OWN).read_text(encoding="utf-8")
    return {**as_2019(json.loads(text)), "$schema": _DRAFT, "$id": SCHEMA}


def _by_id(document: Mapping[str, Any]) -> dict[str, Any]:
    methods = {each["id"]: {"@context": _MULTIKEY, **each} for each in document["verificationMethod"]}
    return {document["id"]: document, **methods}


def _holder(method: VerificationMethod) -> dict[str, Any]:
    entry = {
        "id": method.id,
        "type": "Multikey",
        "controller": method.controller,
        "publicKeyMultibase": encode_multikey(method.public_key),
    }
    return {
        "@context": ["https://www.w3.org/ns/did/v1", _MULTIKEY],
        "id": method.controller,
        "verificationMethod": [entry],
        "authentication": [method.id],
        "assertionMethod": [method.id],
    }
