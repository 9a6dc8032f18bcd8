"""Whom a verifier trusts: pinned issuers, seal anchors, status lists; all of it handed in (decisions 7.5).

The name shown comes from here, never from the file. What is not at hand may be looked up, if a way to do so is handed
in too: this layer opens no connection.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from vc_issuer.errors import InconclusiveError, InvalidError
from vc_issuer.model.keys import KeyPurpose, VerificationMethod
from vc_issuer.model.trusted_list import ListedService, ServiceKind, TrustedList
from vc_issuer.verification.registries import Registry


class LookUp(Protocol):
    """A way to look things up outside, for one file: it counts, and asks none but the hosts that are allowed."""

    def get(self, url: str) -> bytes:
        """Return the body behind an https address. Raises InconclusiveError that says why it could not be had."""
        ...

    def asked_at(self, url: str) -> datetime | None:
        """Return when the answer that `get` gives for an address came from the network, None if there is none."""
        ...

    def get_file(self, url: str) -> bytes:
        """Return the credential behind an https address, in any file that may carry one. It is kept nowhere."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedIssuer:
    """An issuer whose DID document is pinned.

    `methods` are those under assertionMethod, and those that were taken back; `purposes` narrows a method to one
    purpose where the source says so; `log_methods` sign checkpoints of its log and no credential; `legal_id` is the
    EN 319 412-1 identifier that its seals carry. `is_own` tells that it issues with this project, so that its documents
    must hold to the closed form.
    """

    did: str
    name: str
    methods: tuple[VerificationMethod, ...]
    log_methods: tuple[VerificationMethod, ...] = ()
    legal_id: str = ""
    purposes: Mapping[str, KeyPurpose] = field(default_factory=dict)
    source: str = ""
    is_own: bool = False

    def method(self, method_id: str, purpose: KeyPurpose) -> VerificationMethod:
        """Return the method with this id if it may serve `purpose`; raises InvalidError otherwise."""
        found = next((method for method in self.methods if method.id == method_id), None)
        if found is None:
            raise InvalidError(
                f"the key named by the proof is not one of the issuer's keys for assertions: {self.did}",
                clause="CID 1.0 section 3.3",
            )
        if self.purposes.get(method_id, purpose) is not purpose:
            raise InvalidError(
                f"the key named by the proof serves another purpose than {purpose.value}", clause="threat T11"
            )
        return found


class IssuanceLog(Protocol):
    """What is known of issuers' logs of issuance."""

    def logged_at(self, issuer: TrustedIssuer, credential_id: str, signature: bytes) -> datetime | None:
        """Return by when a signature was in the issuer's log, None if it is not in it.

        Raises InconclusiveError where that can't be told.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustStore:
    """Everything a verifier knows beforehand. `status_lists` maps a list's URL to its secured bytes.

    `anchors` are authorities whose seals count, `time_anchors` those whose time-stamps do (DER): neither is the other.
    `registries` name issuers, `domains` are those whose issuers count.
    `look_ups` makes, for each file, what finds things that are not at hand; without it nothing is asked.
    `endorsers`, such as quality agencies, are trusted to confirm what others issue, and to issue nothing themselves.
    """

    issuers: tuple[TrustedIssuer, ...] = ()
    endorsers: tuple[TrustedIssuer, ...] = ()
    anchors: tuple[bytes, ...] = ()
    time_anchors: tuple[bytes, ...] = ()
    trusted_lists: tuple[TrustedList, ...] = ()
    status_lists: Mapping[str, bytes] = field(default_factory=dict)
    log: IssuanceLog | None = None
    registries: tuple[Registry, ...] = ()
    domains: frozenset[str] = frozenset()
    look_ups: Callable[[], LookUp] | None = None
    look_up: LookUp | None = None

    def for_one_file(self) -> "TrustStore":
        """Return the store with a way to look things up that counts for one file."""
        return self if self.look_ups is None else replace(self, look_up=self.look_ups())

    def asked_at(self, url: str, now: datetime) -> datetime:
        """Return when an address was asked, or `now` for what lies here."""
        return (self.look_up.asked_at(url) if self.look_up else None) or now

    def anchors_at(self, moment: datetime) -> tuple[bytes, ...]:
        """Return the authorities whose seals counted at a moment: the pinned ones, and those that a list granted."""
        return (*self.anchors, *self._listed(ServiceKind.SEAL, moment))

    def time_anchors_at(self, moment: datetime) -> tuple[bytes, ...]:
        """Return the authorities whose time-stamps counted at a moment."""
        return (*self.time_anchors, *self._listed(ServiceKind.TIME, moment))

    def listings(self, certificate: bytes, kind: ServiceKind) -> list[tuple[TrustedList, ListedService]]:
        """Return every listed service of a kind that has this certificate, with its list."""
        return [
            (one, service)
            for one in self.trusted_lists
            for service in one.services
            if service.kind is kind and certificate in service.certificates
        ]

    def listed_anchors(self) -> tuple[bytes, ...]:
        """Return every authority of seals on a list, whatever its status."""
        return tuple(
            der
            for one in self.trusted_lists
            for s in one.services
            if s.kind is ServiceKind.SEAL
            for der in s.certificates
        )

    def _listed(self, kind: ServiceKind, moment: datetime) -> Iterator[bytes]:
        for one in self.trusted_lists:
            for service in one.services:
                if service.kind is kind and service.is_granted_at(moment):
                    yield from service.certificates

    def issuer(self, did: str) -> TrustedIssuer | None:
        """Return the pinned issuer with this DID, or None."""
        return next((issuer for issuer in self.issuers if issuer.did == did), None)

    def endorser(self, did: str) -> TrustedIssuer | None:
        """Return the pinned endorser with this DID, or None."""
        return next((endorser for endorser in self.endorsers if endorser.did == did), None)

    def issuer_by_legal_id(self, legal_id: str) -> TrustedIssuer | None:
        """Return the pinned issuer whose seals carry this identifier, or None."""
        return next((issuer for issuer in self.issuers if legal_id and issuer.legal_id == legal_id), None)

    def status_list(self, url: str) -> bytes:
        """Return the secured bytes of a status list; raises InconclusiveError if it can't be had."""
        content = self.status_lists.get(url)
        if content is not None:
            return content
        if self.look_up is not None:
            return self.look_up.get(url)
        raise InconclusiveError(
            f"the status list {url[:200]} is not at hand", remedy="Give it with --status-list, or ask online."
        )


def check_key_life(method: VerificationMethod, moment: datetime | None) -> None:
    """Check that `method` was alive at `moment`, the time at which the proof claims to be made.

    Raises InvalidError. A proof without a time passes only under a key without an end: CID 1.0 section 2.2.
    """
    if moment is None:
        if method.expires or method.revoked:
            raise InvalidError(
                "the key is retired and the proof does not say when it was made", clause="CID 1.0 section 2.2"
            )
        return
    if method.valid_from and moment < method.valid_from:
        raise InvalidError("the proof claims to be older than its key", clause="CID 1.0 section 2.2")
    ends = [end for end in (method.expires, method.revoked) if end]
    if ends and moment >= min(ends):
        raise InvalidError("the proof claims to be made after its key ended", clause="CID 1.0 section 2.2")
