"""The home's log of issuance as others see it: by when a signature was in it, its checkpoints, and what proves them."""

import base64
import hmac
import json
from datetime import datetime
from typing import Any

from vc_issuer.carriers.open import open_carrier
from vc_issuer.errors import InconclusiveError, NotFoundError
from vc_issuer.issuance.log import consistency_proof, evidence_of
from vc_issuer.issuance.publish import IssuedDocument
from vc_issuer.store.database import Database
from vc_issuer.store.issuance_log import all_checkpoints, checkpoint_over, leaf_places, newest_checkpoint
from vc_issuer.store.log_stamps import all_stamps, find_stamp
from vc_issuer.store.secured import salt_context, secured_by_id
from vc_issuer.transparency.evidence import leaf_of, signatures_in
from vc_issuer.verification.candidate import Candidate, read_candidate
from vc_issuer.verification.trust import TrustedIssuer


class StoredLog:
    """The log of one home; whoever has the home knows what is in its log and what is not."""

    def __init__(self, database: Database, *, did: str) -> None:
        self._database = database
        self._did = did

    def logged_at(self, issuer: TrustedIssuer, credential_id: str, signature: bytes) -> datetime | None:
        """Return by when a signature was logged, None if it is not. Raises InconclusiveError for other issuers."""
        if issuer.did != self._did:
            raise InconclusiveError("the log at hand is another issuer's")
        with self._database.reading() as session:
            place = leaf_places(session, [credential_id]).get(credential_id)
            if place is None:
                return None
            stored = secured_by_id(session, [credential_id]).get(credential_id)
            if stored is None:
                raise InconclusiveError("what the home knew of this credential was erased")
            leaf = leaf_of(stored[0].derive(salt_context(credential_id)), signature)
            checkpoint = checkpoint_over(session, place[0])
        if checkpoint is None or not hmac.compare_digest(leaf, place[1]):
            return None
        return checkpoint.at

    def holds(self, content: bytes) -> bool:
        """Tell whether every credential in a file, whatever carries it, is in the log. Raises UnreadableError."""
        candidates = [read_candidate(carried.content) for carried in open_carrier(content)]
        return all(isinstance(each, Candidate) and self._holds(each) for each in candidates)

    def _holds(self, candidate: Candidate) -> bool:
        name = str(candidate.document.get("id"))
        signatures = signatures_in(json.loads(candidate.content))
        with self._database.reading() as session:
            place = leaf_places(session, [name]).get(name)
            stored = secured_by_id(session, [name]).get(name)
        if place is None or stored is None or not signatures:
            return False
        leaves = [leaf_of(stored[0].derive(salt_context(name)), signature) for signature in signatures]
        return all(hmac.compare_digest(leaf, place[1]) for leaf in leaves)

    def newest(self) -> bytes | None:
        """Return the newest checkpoint as it was signed, or None before the first batch."""
        with self._database.reading() as session:
            found = newest_checkpoint(session)
        return found.content if found else None

    def checkpoint(self, size: int) -> bytes | None:
        """Return the checkpoint of exactly this size, or None."""
        with self._database.reading() as session:
            return next((each.content for each in all_checkpoints(session) if each.size == size), None)

    def sizes(self) -> list[dict[str, Any]]:
        """Return size and time of every checkpoint, and the time of its time-stamp or None, the oldest first."""
        with self._database.reading() as session:
            checkpoints, stamps = all_checkpoints(session), all_stamps(session)
        times = {size: stamp.time.isoformat() for size, stamp in stamps.items()}
        return [{"size": c.size, "time": c.at.isoformat(), "stamped": times.get(c.size)} for c in checkpoints]

    def stamp(self, size: int) -> bytes | None:
        """Return the time-stamp token (DER) over the checkpoint of exactly this size, or None."""
        with self._database.reading() as session:
            found = find_stamp(session, size)
        return found.token if found else None

    def consistency(self, first: int, second: int) -> dict[str, Any]:
        """Return what proves that the log of one checkpoint became that of another.

        Raises InvalidError, and NotFoundError for a size that is no checkpoint's.
        """
        with self._database.reading() as session:
            known = {each.size for each in all_checkpoints(session)}
            if not {first, second} <= known:
                raise NotFoundError("there is no checkpoint of this size.", remedy="Take two sizes from /log")
            path = consistency_proof(session, first, second)
        return {"first": first, "second": second, "path": [base64.b64encode(each).decode() for each in path]}

    def evidence(self, issued: IssuedDocument) -> bytes:
        """Return the file that proves a document's credentials to be logged. Raises NotFoundError."""
        names = [issued.elm_id, *issued.ob3_ids.values()]
        with self._database.reading() as session:
            return evidence_of(session, issued.document.learner_id, names)
