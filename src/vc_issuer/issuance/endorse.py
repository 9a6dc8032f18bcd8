"""Endorsing: an agency signs what it says of an achievement, with a key of its own; whoever issues it embeds that.

Nothing here needs the issuer's home: the endorser has the public page of the achievement, and its own key.
"""

from collections.abc import Mapping
from datetime import datetime

from vc_issuer.formats.ob3.endorsement import Endorsement, build_endorsement
from vc_issuer.issuance.profile import ProofPlan
from vc_issuer.issuance.signing import proof_of
from vc_issuer.model.credential import SecuredCredential
from vc_issuer.model.keys import SigningKey

MECHANISM = "eddsa-rdfc-2022"  # the one that every validator of badges reads (ob3 1)


def sign_endorsement(said: Endorsement, key: SigningKey, *, created: datetime) -> SecuredCredential:
    """Sign an endorsement with its endorser's key. Raises UnsafeDocumentError, SignerError."""
    options: Mapping[str, str] = {}
    plan = ProofPlan(mechanism=MECHANISM, key_id=key.method.id, options=options)
    return proof_of(plan).secure(build_endorsement(said), key, created)
