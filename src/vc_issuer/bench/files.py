"""The same issued documents in every kind of file that the verifier takes, as the row of that kind reads them."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import closing
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image
from pypdfium2 import PdfDocument

from vc_issuer.bench.inputs import Inputs
from vc_issuer.carriers.svg import bake_svg
from vc_issuer.did import did_key
from vc_issuer.encoding.contexts import pinned_contexts
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.formats.vcdm import BASE_V2
from vc_issuer.issuance.publish import IssuedDocument
from vc_issuer.issuance.signing import proof_of
from vc_issuer.model.keys import KeyAlgorithm, SigningKey, VerificationMethod
from vc_issuer.securing.data_integrity import create_proof_with
from vc_issuer.securing.proof_terms import AUTHENTICATION, ProofOptions
from vc_issuer.securing.vc_jose import JwtForm, VcJose
from vc_issuer.signers.ephemeral import EphemeralSigner

CHALLENGE = "bench"
ZIPPED = 40  # files of an archive: what a registrar drops at once
_FEW = 4  # files of a kind that are dear to make
_PHOTO = (3024, 4032)  # pixels of a telephone's camera, upright
_PAGE_WIDTH = 2400  # of those, the page
_TURNED_DEGREES = 4
_TABLE_GREY = 96


def badges(inputs: Inputs) -> list[bytes]:
    """Return badges of one offering, kind and language."""
    return [each.ob3[inputs.language].content for each in _alike(inputs)]


def baked_png(inputs: Inputs) -> list[bytes]:
    """Return badges baked into their pictures, as they are handed out."""
    return [inputs.home.badge_of(each) for each in _alike(inputs)[:_FEW]]


def baked_svg(inputs: Inputs) -> list[bytes]:
    """Return badges baked into a drawing that shows the same picture."""
    found = []
    for each in _alike(inputs)[:_FEW]:
        picture = b64encode(inputs.home.badge_of(each)).decode("ascii")
        drawing = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">'
            f'<image width="512" height="512" href="data:image/png;base64,{picture}"/></svg>'
        )
        found.append(bake_svg(drawing.encode(), each.ob3[inputs.language].content))
    return found


def printed(inputs: Inputs) -> list[bytes]:
    """Return prints with the badge and the sealed ELM attached."""
    return [inputs.home.render(each) for each in _alike(inputs)[:_FEW]]


def tokens(inputs: Inputs, key: SigningKey) -> list[bytes]:
    """Return the same badges secured as `vc+jwt` instead of with an embedded proof."""
    mechanism, now = VcJose(JwtForm.CREDENTIAL), inputs.home.now()
    return [mechanism.secure(_bare(content), key, now).content for content in badges(inputs)]


def holder_key() -> SigningKey:
    """Make the key of a holder, named by a did:key."""
    signer = EphemeralSigner(KeyAlgorithm.ED25519)
    did = did_key(signer.public_key)
    method = VerificationMethod(id=f"{did}#{did.split(':')[2]}", controller=did, public_key=signer.public_key)
    return SigningKey(method=method, signer=signer)


def presentations(inputs: Inputs, key: SigningKey, *, purpose: str = AUTHENTICATION) -> list[bytes]:
    """Return presentations of one badge each, signed with the holder's key in answer to `CHALLENGE`."""
    did, suite = key.method.controller, proof_of(inputs.home.profile().ob3).suite
    options = ProofOptions(created=inputs.home.now(), purpose=purpose, challenge=CHALLENGE)
    found = []
    for content in badges(inputs)[:_FEW]:
        document = {
            "@context": [BASE_V2],
            "type": ["VerifiablePresentation"],
            "holder": did,
            "verifiableCredential": [json.loads(content)],
        }
        proof = create_proof_with(document, suite, key, options, contexts=pinned_contexts())
        found.append(serialise_compact({**document, "proof": [proof]}))
    return found


def archive(inputs: Inputs) -> bytes:
    """Return a ZIP of `ZIPPED` badges, each another learner's."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as opened:
        for number, content in enumerate(badges(inputs)[:ZIPPED]):
            opened.writestr(f"badge-{number + 1}.json", content)
    return packed.getvalue()


def photos(inputs: Inputs) -> list[bytes]:
    """Return prints photographed slightly askew on a grey table: JPEG, twelve million pixels."""
    return [_photographed(each) for each in printed(inputs)]


def _photographed(pdf: bytes) -> bytes:
    with closing(PdfDocument(pdf)) as document:
        page = document[0]
        drawn: Image.Image = page.render(scale=_PAGE_WIDTH / page.get_width()).to_pil().convert("RGB")
    table = (_TABLE_GREY,) * 3
    photo = Image.new("RGB", _PHOTO, table)
    turned = drawn.rotate(_TURNED_DEGREES, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=table)
    photo.paste(turned, ((_PHOTO[0] - turned.width) // 2, (_PHOTO[1] - turned.height) // 2))
    taken = BytesIO()
    photo.save(taken, "JPEG", quality=88)
    return taken.getvalue()


def _alike(inputs: Inputs) -> Sequence[IssuedDocument]:
    kind = inputs.issued[0].document.kind
    return [each for each in inputs.issued if each.document.kind is kind]


def _bare(content: bytes) -> Mapping[str, Any]:
    return {name: value for name, value in json.loads(content).items() if name != "proof"}
