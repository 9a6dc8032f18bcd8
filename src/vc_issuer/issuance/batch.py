"""The states of a batch, four eyes, and the digest that is approved (decisions part 4, threat T6); pure.

Approval digest = SHA-256 over JCS of {batch, documents: [[id, format, sha256]...], keys: [{use, id, mechanism,
options}...], seal: certificate hash, rules: {profile: version}}. It changes with any byte that would be signed.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from vc_issuer.encoding.jcs import canonicalize_jcs
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import RuleError
from vc_issuer.issuance.profile import IssuingProfile, ProofPlan
from vc_issuer.model.batch import TRANSITIONS, BatchState, PreparedDigest
from vc_issuer.model.credential import JsonValue

_LINES_AT_ONCE = 250
_REMEDIES = {
    BatchState.DRAFT: "Prepare it first.",
    BatchState.PREPARED: "Let another account approve it first.",
    BatchState.APPROVED: "Sign it, or return it to draft.",
    BatchState.SIGNING: "Finish signing first.",
    BatchState.SIGNED: "It is signed; publish it.",
    BatchState.PUBLISHED: "It is published; revoke or supersede single documents.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FourEyes:
    """Who did what; the approver may be neither of the others."""

    importer: str
    preparer: str
    approver: str


def check_transition(batch_id: str, current: BatchState, target: BatchState) -> None:
    """Return if a batch may go from `current` to `target`. Raises RuleError that says what comes first."""
    if target not in TRANSITIONS[current]:
        raise RuleError(f"batch {batch_id} is {current.value} and can't be {target.value}.", remedy=_REMEDIES[current])


def check_four_eyes(eyes: FourEyes) -> None:
    """Return if the approver did not prepare the batch. Raises RuleError."""
    if eyes.approver in (eyes.preparer, eyes.importer):
        raise RuleError(
            "who imported or prepared a batch may not approve it.", remedy="Let another account look and approve."
        )


def approval_digest(
    batch_id: str, documents: Iterable[PreparedDigest], profile: IssuingProfile, rules: Mapping[str, str]
) -> str:
    """Return the digest that is approved, in hex. `rules` maps each rule profile to its version.

    `documents` are taken one by one: a batch may have hundreds of thousands.
    """
    digest, lines = ApprovalDigest(batch_id), iter(documents)
    while some := list(islice(lines, _LINES_AT_ONCE)):
        digest.add(some)
    return digest.finish(profile, rules)


class ApprovalDigest:
    """The same digest, of documents that come some at a time."""

    def __init__(self, batch_id: str) -> None:
        # The canonical form of an object names its members in order, and that of an array is its items between commas.
        self._hash = hashlib.sha256(canonicalize_jcs({"batch": batch_id})[:-1] + b',"documents":[')
        self._between = b""

    def add(self, documents: Sequence[PreparedDigest]) -> None:
        """Go on with these documents."""
        if documents:
            # Of arrays of texts the compact form is the canonical one (RFC 8785 section 3.2.2.2).
            self._hash.update(self._between + serialise_compact(documents)[1:-1])
            self._between = b","

    def finish(self, profile: IssuingProfile, rules: Mapping[str, str]) -> str:
        """Return the digest, in hex; nothing is added after it."""
        rest: Mapping[str, JsonValue] = {
            "keys": [_plan("credential", profile.ob3), _plan("seal", profile.elm)],
            "seal": profile.seal_certificate_sha256,
            "rules": dict(rules),
        }
        self._hash.update(b"]," + canonicalize_jcs(rest)[1:])
        return self._hash.hexdigest()


def _plan(use: str, plan: ProofPlan) -> Mapping[str, JsonValue]:
    return {"use": use, "id": plan.key_id, "mechanism": plan.mechanism, "options": dict(plan.options)}


def check_digest(found: str, expected: str | None, *, what: str) -> None:
    """Return if two digests are equal. Raises RuleError: something changed since `what`."""
    if expected is None or not hmac.compare_digest(found, expected):
        raise RuleError(
            f"the batch is not what was {what}: documents, keys or rules changed since.",
            remedy="Return it to draft, prepare it again, and have it approved anew.",
        )
