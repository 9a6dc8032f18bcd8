"""The W3C's vectors and the contexts that they name."""

import json

from reference import DATA
from vc_issuer.encoding.contexts import pinned_contexts
from vc_issuer.encoding.multikey import base58_decode, decode_multikey
from vc_issuer.model.keys import VerificationMethod

W3C = DATA / "w3c"


def vector(name):
    return json.loads((W3C / f"{name}.json").read_text(encoding="utf-8"))


def w3c_contexts():
    index = json.loads((W3C / "contexts" / "index.json").read_text(encoding="utf-8"))
    more = {url: json.loads((W3C / "contexts" / entry["file"]).read_bytes()) for url, entry in index.items()}
    return pinned_contexts().with_documents(more)


def method_of(did_url):
    did, _, multikey = did_url.partition("#")
    return VerificationMethod(id=did_url, controller=did, public_key=decode_multikey(multikey))


def secret_of(pair):
    return base58_decode((pair.get("privateKeyMultibase") or pair["secretKeyMultibase"])[1:])[2:]
