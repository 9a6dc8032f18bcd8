"""What a proof says about itself besides its signature, and what a verifier demands of it (VC Data Integrity 1.0).

Options are signed as they are written: a date is compared, never read and written again. `domain` and `challenge` count
where the verifier names them (section 4.4); who names neither ignores them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vc_issuer.errors import InvalidError, UnsafeDocumentError

ASSERTION = "assertionMethod"
AUTHENTICATION = "authentication"
# Dates are compared as they are written, never read and written again.
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?\Z", re.ASCII)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+\Z")
_DI = "VC Data Integrity 1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofOptions:
    """What a new proof says besides its suite and key. `previous` names the proofs of a chain that it stands on."""

    created: datetime
    purpose: str = ASSERTION
    id: str = ""
    expires: datetime | None = None
    domain: tuple[str, ...] = ()
    challenge: str = ""
    nonce: str = ""
    previous: tuple[str, ...] = ()

    def members(self) -> dict[str, Any]:
        """Return the options as they stand in a proof, without those that say nothing. Raises UnsafeDocumentError."""
        if self.expires and self.expires <= self.created:
            raise UnsafeDocumentError("the proof would expire before it is made")
        members = {
            "id": self.id,
            "created": format_time(self.created),
            "expires": format_time(self.expires) if self.expires else "",
            "proofPurpose": self.purpose,
            "domain": _one_or_list(self.domain),
            "challenge": self.challenge,
            "nonce": self.nonce,
            "previousProof": _one_or_list(self.previous),
        }
        return {name: value for name, value in members.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofDemands:
    """What a verifier demands of every proof. Without `now` nothing has expired; see `ProofResult.expires`."""

    purpose: str = ASSERTION
    now: datetime | None = None
    domain: str = ""
    challenge: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofTimes:
    """When a proof claims to be made, and when it ends."""

    created: datetime | None
    expires: datetime | None


def format_time(moment: datetime) -> str:
    """Write a time as proofs carry it: UTC, to the second, with Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def check_terms(proof: Mapping[str, Any], demands: ProofDemands) -> ProofTimes:
    """Return a proof's times if it is well-formed and serves what is demanded. Raises InvalidError."""
    if proof.get("proofPurpose") != demands.purpose:
        raise InvalidError(f"the proof does not serve {demands.purpose}", clause=f"{_DI} section 4.4")
    if "id" in proof and (not isinstance(proof["id"], str) or not _URL.match(proof["id"])):
        raise InvalidError("the proof's id is no URL", clause=f"{_DI} section 2.1")
    times = ProofTimes(created=_moment(proof, "created"), expires=_moment(proof, "expires"))
    if times.expires and demands.now and times.expires <= demands.now:
        raise InvalidError("the proof has expired", clause=f"{_DI} section 2.1")
    if times.expires and times.created and times.expires <= times.created:
        raise InvalidError("the proof expired before it was made", clause=f"{_DI} section 2.1")
    _check_texts(proof)
    if demands.domain and demands.domain not in domains_of(proof):
        raise InvalidError("the proof was made for another domain", clause=f"{_DI} section 4.4")
    if demands.challenge and proof.get("challenge") != demands.challenge:
        raise InvalidError("the proof answers another challenge", clause=f"{_DI} section 4.4")
    return times


def domains_of(proof: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the domains that a proof was made for: a set of texts (section 2.1)."""
    value = proof.get("domain", [])
    return tuple(item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str))


def _check_texts(proof: Mapping[str, Any]) -> None:
    for name in ("challenge", "nonce"):
        if name in proof and not isinstance(proof[name], str):
            raise InvalidError(f"the proof's {name} is no text", clause=f"{_DI} section 2.1")
    if "domain" in proof:
        value = proof["domain"]
        items = value if isinstance(value, list) else [value]
        if not items or not all(isinstance(item, str) and item for item in items):
            raise InvalidError("the proof's domain is no text, or an empty one", clause=f"{_DI} section 2.1")


def _moment(proof: Mapping[str, Any], name: str) -> datetime | None:
    if name not in proof:
        return None
    value = proof[name]
    if not isinstance(value, str) or not _DATE_TIME.match(value):
        raise InvalidError(f"the proof's {name} is no date and time", clause=f"{_DI} section 2.1")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise InvalidError(f"the proof's {name} is no date and time", clause=f"{_DI} section 2.1") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # a missing offset may be read as UTC


def _one_or_list(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
