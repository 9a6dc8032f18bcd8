"""The log of issuance at work: close a batch with a checkpoint, prove that a document is logged, check the whole."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from vc_issuer.errors import NotFoundError, RuleError, VcIssuerError
from vc_issuer.issuance.profile import IssuingProfile
from vc_issuer.model.keys import SigningKey, VerificationMethod
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.database import Session
from vc_issuer.store.issuance_log import (
    StoredCheckpoint,
    all_checkpoints,
    checkpoint_over,
    hash_of_range,
    keep_checkpoint,
    leaf_places,
    leaves_from,
    log_size,
    newest_checkpoint,
    unlogged_credentials,
)
from vc_issuer.store.log_stamps import StoredStamp, all_stamps, find_stamp
from vc_issuer.store.people import data_key
from vc_issuer.store.secured import salt_context, secured_by_id
from vc_issuer.transparency.checkpoint import Checkpoint, log_origin, sign_checkpoint, verify_checkpoint
from vc_issuer.transparency.evidence import LogProof, leaf_of, signature_of, write_evidence
from vc_issuer.transparency.merkle import (
    Frontier,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    verify_consistency,
)
from vc_issuer.transparency.stamp import TimeAuthorities, verify_authority, verify_stamp

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReport:
    """What a check of the log found. `erased` leaves have lost their salt with their learner's key.

    Of the `checkpoints`, `stamped` carry a time-stamp; one that is missing is no problem of the log.
    """

    leaves: int
    checkpoints: int
    stamped: int
    erased: int
    unlogged: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Tell whether everything signed is logged, and nothing else is wrong."""
        return not self.unlogged and not self.problems


def close_batch(session: Session, batch_id: str, *, profile: IssuingProfile, key: SigningKey, deed: Deed) -> None:
    """Sign a checkpoint over everything logged so far, in the transaction that finishes a batch. Raises RuleError."""
    if key.method.id != profile.metadata_key_id:
        raise RuleError("the metadata key at hand is not the home's.", remedy="Open the key that the settings name.")
    size, before = log_size(session), newest_checkpoint(session)
    if size == 0 or (before and before.size == size):
        return
    checkpoint = Checkpoint(
        origin=log_origin(profile.did), size=size, root=hash_of_range(session, (0, size)), time=deed.at
    )
    if before is not None:
        path = [hash_of_range(session, each) for each in consistency_ranges(before.size, size)]
        verify_consistency((before.size, size), (before.root, checkpoint.root), path)
    note = sign_checkpoint(checkpoint, key)
    verify_checkpoint(note, [key.method], origin=checkpoint.origin)
    kept = StoredCheckpoint(size=size, root=checkpoint.root, batch_id=batch_id, at=deed.at, content=note)
    keep_checkpoint(session, kept)
    record_deed(
        session, deed, "log.checkpoint", subject=batch_id, details={"size": size, "root": checkpoint.root.hex()}
    )


def evidence_of(session: Session, learner_id: str, credential_ids: Sequence[str]) -> bytes:
    """Return the file that proves a document's credentials to be logged, under the checkpoint of their batch.

    The checkpoint's time-stamp is in it if there is one.

    Raises NotFoundError before that checkpoint, and after erasure.
    """
    places = leaf_places(session, credential_ids)
    checkpoint = checkpoint_over(session, max((place for place, _ in places.values()), default=0))
    if checkpoint is None or len(places) != len(credential_ids):
        raise NotFoundError("these credentials are under no checkpoint yet.", remedy="Sign their batch to its end.")
    key = data_key(session, learner_id)
    proofs = [
        LogProof(
            credential_id=credential_id,
            salt=key.derive(salt_context(credential_id)),
            index=places[credential_id][0],
            path=tuple(
                hash_of_range(session, each) for each in inclusion_ranges(places[credential_id][0], checkpoint.size)
            ),
        )
        for credential_id in credential_ids
    ]
    stamp = find_stamp(session, checkpoint.size)
    return write_evidence(checkpoint.content, proofs, stamp.token if stamp else b"")


def consistency_proof(session: Session, first: int, second: int) -> list[bytes]:
    """Return what proves that the log of one size became that of another. Raises InvalidError, NotFoundError."""
    if second > log_size(session):
        raise NotFoundError(f"the log has no {second} entries yet.", remedy="Ask for the sizes of two checkpoints.")
    return [hash_of_range(session, each) for each in consistency_ranges(first, second)]


def check_log(
    session: Session, methods: Iterable[VerificationMethod], *, did: str, authorities: TimeAuthorities
) -> LogReport:
    """Compute every checkpoint anew from the leaves, every leaf anew from its credential, and find what is missing.

    A time-stamp is judged as of the time it states: when it came, and its authority was alive, it was checked too.
    """
    stamps, problems = all_stamps(session), list[str]()
    proven = dict(_check_stamps(session, stamps, authorities, problems))
    problems += _check_checkpoints(session, tuple(methods), log_origin(did), proven)
    size, erased = log_size(session), 0
    for start in range(0, size, _AT_ONCE):
        leaves = dict(leaves_from(session, start, start + _AT_ONCE))
        found = dict(_leaves_now(session, leaves))
        erased += len(leaves) - len(found)
        problems += [
            f"the leaf of {name} is not that of the bytes stored"
            for name, leaf in found.items()
            if leaves[name] != leaf
        ]
    return LogReport(
        leaves=size,
        checkpoints=len(all_checkpoints(session)),
        stamped=len(stamps),
        erased=erased,
        unlogged=tuple(unlogged_credentials(session)),
        problems=tuple(problems),
    )


def _check_stamps(
    session: Session, stamps: Mapping[int, StoredStamp], authorities: TimeAuthorities, problems: list[str]
) -> Iterator[tuple[int, datetime]]:
    """Give size and time of every time-stamp that holds; adds a sentence to `problems` for every other."""
    for checkpoint in all_checkpoints(session):
        kept = stamps.get(checkpoint.size)
        if kept is None:
            continue
        try:
            stamp = verify_stamp(kept.token, checkpoint.content)
            verify_authority(stamp, authorities.anchors_at, stamp.time)
        except VcIssuerError as error:
            problems.append(f"the time-stamp of the checkpoint of {checkpoint.size} entries doesn't hold: {error}")
        else:
            yield checkpoint.size, stamp.time


def _check_checkpoints(
    session: Session, methods: tuple[VerificationMethod, ...], origin: str, proven: Mapping[int, datetime]
) -> Iterator[str]:
    frontier, size = Frontier(), log_size(session)
    for checkpoint in all_checkpoints(session):
        for _, leaf in leaves_from(session, frontier.size, checkpoint.size):
            frontier.push(leaf_hash(leaf))
        if frontier.size != checkpoint.size or frontier.root() != checkpoint.root:
            yield f"the checkpoint of {checkpoint.size} entries is not over the entries that are there"
        try:
            proven_at = proven.get(checkpoint.size)
            signed = verify_checkpoint(checkpoint.content, methods, origin=origin, proven_at=proven_at)
            if (signed.size, signed.root) != (checkpoint.size, checkpoint.root):
                yield f"the checkpoint of {checkpoint.size} entries says something else than its signed note"
        except VcIssuerError as error:
            yield f"the checkpoint of {checkpoint.size} entries can't be verified: {error}"
    if frontier.size < size:
        for _, leaf in leaves_from(session, frontier.size, size):
            frontier.push(leaf_hash(leaf))
    if frontier.size != size:
        yield f"the log has gaps: {frontier.size} entries up to number {size}"
    elif size and frontier.root() != hash_of_range(session, (0, size)):
        yield "the kept hashes of subtrees are not those of the leaves"


def _leaves_now(session: Session, leaves: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Give the leaf that each stored credential calls for; those of erased learners are left out."""
    for credential_id, (key, content) in secured_by_id(session, list(leaves)).items():
        try:
            yield credential_id, leaf_of(key.derive(salt_context(credential_id)), signature_of(content))
        except VcIssuerError:
            yield credential_id, b""
