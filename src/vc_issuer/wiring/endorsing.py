"""Endorsements in a home: what can be endorsed, taking one in once it verifies, and what new badges carry."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

from vc_issuer.errors import InputError, InvalidError
from vc_issuer.formats.ob3.build import achievement_url
from vc_issuer.formats.ob3.endorsement import Endorsed, is_endorsement
from vc_issuer.model.report import Outcome
from vc_issuer.store.endorsements import (
    StoredEndorsement,
    all_endorsements,
    keep_endorsement,
    withdraw_endorsement,
)
from vc_issuer.store.people import require_role
from vc_issuer.verification.endorsements import see_endorsement, trust_in_endorsers
from vc_issuer.verification.trust import TrustStore
from vc_issuer.verification.validity import read_stamp
from vc_issuer.wiring.home import Home
from vc_issuer.wiring.office import Office
from vc_issuer.wiring.trusting import verifier_for

ROLES = ("preparer", "registrar")


def endorsable(home: Home, code: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield code, version and id of every achievement that the catalogue can award, one a language."""
    for (own_code, version), offering in sorted(home.offerings.by_version().items()):
        if code and own_code != code:
            continue
        for unit in (own_code, *(component.code for component in offering.components)):
            for language in offering.languages:
                yield unit, version, achievement_url(home.settings.base_url, unit, version, language)


def take_endorsement(office: Office, content: bytes, trust: TrustStore) -> tuple[StoredEndorsement, bool]:
    """Verify an endorsement and keep it; tells whether it is new.

    Raises InputError for a file that is none, or of something that this catalogue doesn't hold, InvalidError for one
    that does not verify, and RuleError.
    """
    document = _read(content)
    subject: Any = document.get("credentialSubject")
    about = str(subject.get("id", "")) if isinstance(subject, Mapping) else ""
    if about not in {each for _, _, each in endorsable(office.home)}:
        raise InputError(
            f"{about[:200] or 'nothing'} is no achievement of this catalogue.", remedy="See: endorsement subjects"
        )
    now = office.home.now()
    with verifier_for(trust_in_endorsers(trust)) as verifier:
        report = verifier.verify(content, "endorsement", now)
    seen = see_endorsement(Endorsed("", about, frozenset({about}), document), report, trust)
    if seen.outcome is not Outcome.PASSED:
        raise InvalidError(
            f"{seen.message}.",
            remedy="Pin the agency's did.json: [trust] endorsers in settings.toml, or --endorser.",
            clause="Open Badges 3.0 section 8.4",
        )
    starts = read_stamp(document, "validFrom") or now
    found = StoredEndorsement(
        id=str(document["id"]),
        subject=about,
        endorser=seen.endorser,
        content=content,
        valid_from=starts.astimezone(UTC),
        valid_until=read_stamp(document, "validUntil"),
    )
    deed = office.deed()
    with office.home.database.writing() as session:
        require_role(session, deed.actor, *ROLES)
        return found, keep_endorsement(session, found, deed=deed)


def _read(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError as error:
        raise InputError("this is no JSON.", remedy="Give the file that the agency signed.") from error
    if not isinstance(document, dict) or not is_endorsement(document) or not isinstance(document.get("id"), str):
        raise InputError("this is no EndorsementCredential.", remedy="Give the file that the agency signed.")
    return document


def drop_endorsement(office: Office, endorsement_id: str) -> None:
    """Put an endorsement into no more new badges. Raises NotFoundError."""
    deed = office.deed()
    with office.home.database.writing() as session:
        require_role(session, deed.actor, *ROLES)
        withdraw_endorsement(session, endorsement_id, deed=deed)


def list_endorsements(home: Home) -> tuple[StoredEndorsement, ...]:
    """Return every endorsement of this catalogue."""
    with home.database.reading() as session:
        return all_endorsements(session)
