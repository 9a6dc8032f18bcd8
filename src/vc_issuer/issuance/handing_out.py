"""Give a system the signed bytes of a document that was approved here, and of no other (ADR 6, threat T11).

The caller brings the unsecured credential, as the VC API has it. It must equal, in canonical form, a document that was
prepared, approved by a second person, signed and published: the institution's key never signs a caller's bytes.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from vc_issuer.encoding.jcs import canonicalize_jcs
from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.errors import ConfigurationError, InputError, NotFoundError, RuleError
from vc_issuer.model.batch import BatchState
from vc_issuer.model.credential import FormatName, JsonValue, SecuredCredential
from vc_issuer.securing.data_integrity import LIMITS
from vc_issuer.store.batches import get_batch
from vc_issuer.store.credentials import find_prepared
from vc_issuer.store.database import Session
from vc_issuer.store.secured import secured_of

_REMEDY = "This issuer signs what its registrars prepared and approved; import the result, and ask again afterwards."


def hand_out(session: Session, credential: Mapping[str, Any]) -> SecuredCredential:
    """Return the published badge that `credential` equals.

    Raises NotFoundError (no such document was prepared), InputError (it differs), RuleError (not published yet).
    """
    credential_id = credential.get("id")
    found = find_prepared(session, credential_id) if isinstance(credential_id, str) else None
    if found is None or found[1].format is not FormatName.OB3:
        raise NotFoundError("no Open Badge with this id was prepared here.", remedy=_REMEDY)
    batch_id, part = found
    if not hmac.compare_digest(_digest(parse_strict(part.content, limits=LIMITS)), _digest(dict(credential))):
        raise InputError("the credential differs from the document that was prepared under its id.", remedy=_REMEDY)
    batch = get_batch(session, batch_id)
    if batch.state is not BatchState.PUBLISHED:
        raise RuleError(
            f"the batch of this credential is {batch.state.value}, not published.",
            remedy="Let it be approved, signed and published first.",
        )
    parts = secured_of(session, [part.document_id]).get(part.document_id, ())
    secured = next((each.secured for each in parts if each.credential_id == part.credential_id), None)
    if secured is None:
        raise ConfigurationError("a published credential has no signed bytes.", remedy="Restore a backup.")
    return secured


def _digest(document: JsonValue) -> bytes:
    return hashlib.sha256(canonicalize_jcs(document)).digest()
