"""Sign status lists with the status key and store what is served: on a change at once, or when a scheduler asks."""

from datetime import datetime

from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import InvalidError, RuleError
from vc_issuer.issuance.profile import IssuingProfile
from vc_issuer.issuance.signing import proof_of
from vc_issuer.model.keys import SigningKey, VerificationMethod
from vc_issuer.status_list import build_status_list, list_bits, make_bits
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.database import Session
from vc_issuer.store.status import ListDue, keep_list, lists_due


def sign_due_lists(session: Session, *, profile: IssuingProfile, key: SigningKey, deed: Deed) -> int:
    """Sign every list whose served bytes lag behind, in the caller's transaction; returns how many."""
    if key.method.id != profile.status.key_id:
        raise RuleError("the status key at hand is not the home's.", remedy="Open the key that the settings name.")
    due = lists_due(session)
    for each in due:
        _sign_list(session, each, profile=profile, key=key, now=deed.at)
        details = {"version": each.version + 1, "set": len(each.indexes)}
        record_deed(session, deed, "status-list.sign", subject=each.url, details=details)
    return len(due)


def _sign_list(session: Session, due: ListDue, *, profile: IssuingProfile, key: SigningKey, now: datetime) -> None:
    bits = make_bits(due.indexes, due.entries)
    document = build_status_list(due.url, bits, issuer=profile.did, purpose=due.purpose, valid_from=now)
    mechanism = proof_of(profile.status)
    secured = mechanism.secure(document, key, now)

    def resolve(method_id: str) -> VerificationMethod:
        if method_id != key.method.id:
            raise InvalidError("the list names another key than the one that signed it", clause="threat T32")
        return key.method

    verified = mechanism.verify(secured.content, resolve).document
    signed = {name: value for name, value in verified.items() if name != "proof"}
    if serialise_compact(signed) != serialise_compact(document):
        raise InvalidError("what was signed is not the list that was built", clause="design rule 3")
    if list_bits(signed, url=due.url, purpose=due.purpose) != bits:
        raise InvalidError("the signed list does not give its bits back", clause="threat T22")
    keep_list(session, due, secured, now=now)
