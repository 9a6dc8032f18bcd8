"""Raise a seal from baseline B to T, LT and LTA, and renew it (ETSI TS 119 182-1 clause 6); believes nothing.

What comes from outside (tokens, OCSP answers, lists) is checked before it is added, and the seal that results is
verified as anybody would verify it: same payload, the level wanted, and a proof that leads to a pinned anchor.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Protocol

from vc_issuer.errors import InconclusiveError, InvalidError, RuleError, UnreadableError
from vc_issuer.securing.jades import SealFacts, payload_octets, seal_facts
from vc_issuer.securing.jades_augment import OpenSeal, open_seal
from vc_issuer.securing.jades_evidence import SealLevel, SealTimeStamp, ValidationData
from vc_issuer.securing.jades_existence import AnchorsAt
from vc_issuer.securing.jades_trust import check_seal_chain, check_seal_life, check_seal_revocation, judge_seal
from vc_issuer.x509 import (
    certificate_facts,
    find_revocation,
    is_self_signed,
    responder_certificates,
    revocation_sources,
    verify_chain,
)

LEVELS = (SealLevel.B, SealLevel.T, SealLevel.LT, SealLevel.LTA)


class EvidenceDesk(Protocol):
    """Where evidence comes from: a time-stamp authority, OCSP responders, servers of revocation lists."""

    def stamp(self, message: bytes) -> bytes:
        """Return a time-stamp token (DER) over `message` that holds. Raises InconclusiveError, InvalidError."""
        ...

    def ask_ocsp(self, url: str, certificate: bytes, issuer: bytes) -> bytes:
        """Return an OCSP answer on `certificate`, unchecked. Raises InconclusiveError."""
        ...

    def fetch_list(self, url: str) -> bytes:
        """Return a revocation list, unchecked. Raises InconclusiveError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmented:
    """A seal that was added to. `until` is when its proof ends unless it is renewed; None while nothing proves it."""

    content: bytes
    level: SealLevel
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmenter:
    """Adds evidence to seals. `anchors` are the seals' authorities, `time_anchors` those of the time-stamps."""

    desk: EvidenceDesk
    anchors: AnchorsAt
    time_anchors: AnchorsAt
    clock: Callable[[], datetime]

    def raise_to(self, content: bytes, level: SealLevel) -> Augmented:
        """Return the seal at `level`, or as it is if it has that or more. Raises InvalidError, InconclusiveError."""
        facts = seal_facts(content)
        seal = open_seal(content)
        missing = LEVELS[LEVELS.index(facts.level) + 1 : LEVELS.index(level) + 1]
        for step in missing:
            seal = self._stepped(seal, step)
        return self.check(content, seal.write() if missing else content, level)

    def renew(self, content: bytes) -> Augmented:
        """Add one more archive time-stamp, over all before it and over what validates them. Raises RuleError."""
        facts = seal_facts(content)
        if facts.level is not SealLevel.LTA:
            raise RuleError(
                f"a seal of level {facts.level.value} can't be renewed.",
                remedy="Raise it first: seal augment --level LTA",
            )
        last = max(facts.time_stamps, key=lambda stamp: stamp.position)
        seal = open_seal(content)
        known = facts.data
        data = self._data_of_stamp(last, known)
        seal = seal.with_stamp_data(_only_new(data, known))
        seal = seal.with_archive_stamp(self.desk.stamp(seal.archive_message()))
        return self.check(content, seal.write(), SealLevel.LTA)

    def check(self, before: bytes, after: bytes, level: SealLevel) -> Augmented:
        """Verify a seal that was added to, from its bytes. Raises InvalidError, InconclusiveError."""
        if payload_octets(after) != payload_octets(before):
            raise InvalidError("adding to the seal changed what is sealed.", remedy="Report this as a defect.")
        facts, now = seal_facts(after), self.clock()
        if LEVELS.index(facts.level) < LEVELS.index(level):
            raise InvalidError(f"the seal reached {facts.level.value} and not {level.value}.")
        judgement = judge_seal(facts, self.time_anchors, now)
        if level is not SealLevel.B and not judgement.is_proven:
            raise InconclusiveError("; ".join(judgement.existence.doubts), remedy="Correct trust.time_anchors.")
        check_seal_life(judgement)
        if LEVELS.index(level) >= LEVELS.index(SealLevel.LT):
            check_seal_revocation(judgement, check_seal_chain(judgement, self.anchors(judgement.moment)))
        return Augmented(content=after, level=facts.level, until=judgement.existence.until)

    def _stepped(self, seal: OpenSeal, step: SealLevel) -> OpenSeal:
        if step is SealLevel.T:
            return seal.with_signature_stamp(self.desk.stamp(seal.signature_message()))
        if step is SealLevel.LTA:
            return seal.with_archive_stamp(self.desk.stamp(seal.archive_message()))
        return seal.with_validation_data(self._data_of_seal(seal_facts(seal.write())))

    def _data_of_seal(self, facts: SealFacts) -> ValidationData:
        """Return what validates the seal's own chain and that of its time-stamps, without what it carries already."""
        judgement = judge_seal(facts, self.time_anchors, self.clock())
        chain = check_seal_chain(judgement, self.anchors(judgement.moment))
        if len(chain) > 1 and not revocation_sources(chain[0]).is_named:
            name = certificate_facts(chain[0]).common_name
            raise RuleError(
                f"the certificate of {name} names nobody who tells whether it was revoked, so B-LT can't be reached.",
                remedy="Stay at B-T, or have a certificate issued that names an OCSP responder or a revocation list.",
            )
        data = self._data_of_chain(chain, facts.data, judgement.moment)
        for stamp in facts.time_stamps:
            data = _joined(data, self._data_of_stamp(stamp, _joined(facts.data, data)))
        return _only_new(data, facts.data)

    def _data_of_stamp(self, stamp: SealTimeStamp, known: ValidationData) -> ValidationData:
        now = self.clock()
        chain = verify_chain(
            stamp.certificates[0], (*stamp.certificates[1:], *known.certificates), self.time_anchors(stamp.time), now
        )
        return self._data_of_chain(chain, known, now)

    def _data_of_chain(self, chain: Sequence[bytes], known: ValidationData, at: datetime) -> ValidationData:
        """Gather an answer for each certificate below the anchor. Raises InconclusiveError if one can't be had."""
        data = ValidationData(certificates=tuple(chain))
        for certificate, issuer in pairwise(chain):
            if is_self_signed(certificate) or not revocation_sources(certificate).is_named:
                continue
            data = _joined(data, self._answer(certificate, issuer, known, at))
        return data

    def _answer(self, certificate: bytes, issuer: bytes, known: ValidationData, at: datetime) -> ValidationData:
        sources = revocation_sources(certificate)
        troubles: list[str] = []
        for url in sources.ocsp:
            try:
                response = self.desk.ask_ocsp(url, certificate, issuer)
                data = ValidationData(responses=(response,), certificates=responder_certificates(response))
                return _speaking(data, certificate, issuer, known, at)
            except (InconclusiveError, UnreadableError) as error:
                troubles.append(error.message)
        for url in sources.lists:
            try:
                return _speaking(ValidationData(lists=(self.desk.fetch_list(url),)), certificate, issuer, known, at)
            except (InconclusiveError, UnreadableError) as error:
                troubles.append(error.message)
        raise InconclusiveError(
            f"nobody tells whether the certificate of {certificate_facts(certificate).common_name} was revoked: "
            f"{'; '.join(troubles)}",
            remedy="Try again later.",
        )


def _speaking(
    data: ValidationData, certificate: bytes, issuer: bytes, known: ValidationData, at: datetime
) -> ValidationData:
    """Return `data` if it speaks of the certificate and says that it holds. Raises InvalidError, InconclusiveError."""
    others = (*known.certificates, *data.certificates)
    told = find_revocation(certificate, issuer, responses=data.responses, lists=data.lists, others=others, at=at)
    name = certificate_facts(certificate).common_name
    if told is None:
        raise InconclusiveError(f"the answer on the certificate of {name} is not its authority's, or is too old")
    if told.revoked is not None and told.revoked <= at:
        raise InvalidError(
            f"the certificate of {name} was revoked on {told.revoked:%Y-%m-%d}",
            remedy="Seal with another certificate.",
            indication="REVOKED_NO_POE",
        )
    return data


def _joined(first: ValidationData, second: ValidationData) -> ValidationData:
    return ValidationData(
        certificates=tuple(dict.fromkeys((*first.certificates, *second.certificates))),
        lists=tuple(dict.fromkeys((*first.lists, *second.lists))),
        responses=tuple(dict.fromkeys((*first.responses, *second.responses))),
    )


def _only_new(data: ValidationData, known: ValidationData) -> ValidationData:
    return ValidationData(
        certificates=tuple(der for der in data.certificates if der not in known.certificates),
        lists=tuple(der for der in data.lists if der not in known.lists),
        responses=tuple(der for der in data.responses if der not in known.responses),
    )
