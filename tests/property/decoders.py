"""Every decoder of foreign bytes, with seeds that it reads: for the properties here and for `scripts/fuzz.py`."""

import io
import json
import zipfile

import segno

from carriers.carried_samples import JSON_CREDENTIAL, SVG, pdf, png
from property.decoder import LIMITS, Decoder, as_object, as_text
from property.file_decoders import FILES
from property.signed_decoders import SIGNED
from vc_issuer.carriers.open import open_carrier
from vc_issuer.carriers.pdf import OB3_NAME, attach, extract
from vc_issuer.carriers.picture import addresses_in_pdf, addresses_in_picture
from vc_issuer.carriers.png import bake_png, extract_png
from vc_issuer.carriers.svg import bake_svg, extract_svg
from vc_issuer.carriers.zip import unpack_zip
from vc_issuer.did import methods_of, self_stated_method
from vc_issuer.encoding.jwk import decode_jwk
from vc_issuer.encoding.multikey import base64url_decode, decode_multikey
from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.securing.jades import payload_octets
from vc_issuer.securing.jws import parse_jws
from vc_issuer.securing.vc_jose import peek_token
from vc_issuer.status_list import decode_bits, encode_bits
from vc_issuer.verification.candidate import read_candidate
from vc_issuer.verification.registries import read_registry
from verification.recorded import NOW

MULTIKEY = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
TOKEN = b"eyJhbGciOiJFUzI1NiIsImtpZCI6ImRpZDpleGFtcGxlOngjayIsInR5cCI6InZjK2p3dCJ9.eyJ0eXBlIjpbIlZlcmlmaWFibGVDcmVkZW50aWFsIl19.AAAA"
CONTROLLER = {
    "id": "did:web:a.example",
    "verificationMethod": [
        {"id": "#k", "type": "Multikey", "controller": "did:web:a.example", "publicKeyMultibase": MULTIKEY}
    ],
    "assertionMethod": ["#k"],
}


def _archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("a.json", JSON_CREDENTIAL)
    return out.getvalue()


def _qr() -> bytes:
    out = io.BytesIO()
    segno.make("https://a.example/c/X", error="m").save(out, kind="png", scale=2)
    return out.getvalue()


DECODERS = (
    Decoder("strict json", lambda content: parse_strict(content, limits=LIMITS), (JSON_CREDENTIAL, b'{"a":[1,2.5,null]}')),
    Decoder("carrier", open_carrier, (JSON_CREDENTIAL, TOKEN, bake_svg(SVG, TOKEN), b"https://a.example/c/X")),
    Decoder("candidate", read_candidate, (JSON_CREDENTIAL, TOKEN, b'{"payload":"{}","signatures":[]}')),
    Decoder("png", extract_png, (bake_png(png(), JSON_CREDENTIAL),)),
    Decoder("svg", extract_svg, (bake_svg(SVG, JSON_CREDENTIAL),)),
    Decoder("pdf", extract, (attach(pdf("Zoe"), {OB3_NAME: (JSON_CREDENTIAL, "application/json", "")}),)),
    Decoder("zip", unpack_zip, (_archive(),)),
    Decoder("picture", addresses_in_picture, (_qr(),)),
    Decoder("pages", addresses_in_pdf, (pdf("Zoe"),)),
    Decoder("jws", parse_jws, (TOKEN, b'{"payload":"","signatures":[{"protected":"e30","signature":""}]}')),
    Decoder("token", peek_token, (TOKEN,)),
    Decoder("seal", payload_octets, (b'{"payload":"{}","signatures":[{"protected":"eyJiNjQiOmZhbHNlfQ","signature":""}]}',)),
    Decoder("status list", lambda content: decode_bits(as_text(content)), (encode_bits(bytes(16_384)).encode(),)),
    Decoder("multikey", lambda content: decode_multikey(as_text(content)), (MULTIKEY.encode(),)),
    Decoder("base64url", lambda content: base64url_decode(as_text(content)), (b"AAAA", b"-_8")),
    Decoder("method id", lambda content: self_stated_method(as_text(content)), (f"did:web:a.example#{MULTIKEY}".encode(),)),
    Decoder("jwk", lambda content: decode_jwk(as_object(content)), (b'{"kty":"OKP","crv":"Ed25519","x":"AAAA"}',)),
    Decoder("controller", lambda content: methods_of(as_object(content)), (json.dumps(CONTROLLER).encode(),)),
    Decoder(
        "registry",
        lambda content: read_registry(content, where="x", signer="", now=NOW),
        (b'{"registry":{"did:web:a.example":{"name":"A"}}}',),
    ),
    *SIGNED,
    *FILES,
)  # fmt: skip
