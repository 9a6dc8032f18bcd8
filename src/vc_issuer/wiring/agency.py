"""An endorser's own folder: who it is, its key and its DID document; a quality agency keeps it, not the issuer."""

import json
import secrets
import tomllib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vc_issuer.did import did_web_document, did_web_url, methods_of
from vc_issuer.encoding.multikey import encode_multikey
from vc_issuer.errors import ConfigurationError, InputError
from vc_issuer.formats.ob3.endorsement import Endorsement
from vc_issuer.issuance.endorse import sign_endorsement
from vc_issuer.model.keys import KeyAlgorithm, SigningKey, VerificationMethod
from vc_issuer.signers.access import KeyAccess
from vc_issuer.signers.file import create_key_file
from vc_issuer.signers.registry import open_signer

AGENCY_FILE, KEY_FILE, PASSPHRASE_FILE, DID_FILE = "agency.toml", "key.pem", "passphrase", "did.json"
_PRIVATE_MODE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """Who endorses: its folder, DID, name, and page."""

    folder: Path
    did: str
    name: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What an agency says of several achievements alike."""

    title: str
    comment: str
    valid_from: datetime
    valid_until: datetime | None = None


def make_agency(agency: Agency, *, now: datetime) -> None:
    """Make an agency's folder with a fresh key. Raises ConfigurationError if one is there, InputError."""
    if (agency.folder / AGENCY_FILE).exists():
        raise ConfigurationError(f"{agency.folder} is an agency's folder already.", remedy="Choose another directory.")
    did_web_url(agency.did)
    agency.folder.mkdir(parents=True, exist_ok=True)
    secret = agency.folder / PASSPHRASE_FILE
    secret.touch(mode=_PRIVATE_MODE, exist_ok=False)
    secret.write_bytes(secrets.token_urlsafe(32).encode())
    public = create_key_file(agency.folder / KEY_FILE, KeyAlgorithm.ED25519, secret.read_bytes())
    method = VerificationMethod(
        id=f"{agency.did}#{encode_multikey(public)}", controller=agency.did, public_key=public, valid_from=now
    )
    document = did_web_document(agency.did, [method], now=now)
    (agency.folder / DID_FILE).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    lines = [f"{name} = {json.dumps(value)}" for name, value in _facts(agency).items()]
    (agency.folder / AGENCY_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _facts(agency: Agency) -> dict[str, str]:
    return {"did": agency.did, "name": agency.name, "url": agency.url}


def read_agency(folder: Path) -> Agency:
    """Read an agency's folder. Raises ConfigurationError."""
    path = folder / AGENCY_FILE
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return Agency(folder=folder, did=values["did"], name=values["name"], url=values.get("url", ""))
    except (OSError, KeyError, ValueError) as error:
        raise ConfigurationError(
            f"{folder} is no agency's folder.", remedy="Make one with: vc-issuer endorsement agency DIR"
        ) from error


def endorse(agency: Agency, subjects: Iterable[str], statement: Statement, *, now: datetime) -> list[bytes]:
    """Sign one endorsement for each achievement. Raises InputError, ConfigurationError, SignerError."""
    named = list(dict.fromkeys(subjects))
    wrong = [each for each in named if not each.startswith("https://")]
    if wrong or not named:
        raise InputError("an achievement is named by its https address.", remedy="See: endorsement subjects")
    method = methods_of(json.loads((agency.folder / DID_FILE).read_bytes()))[0]
    passphrase = (agency.folder / PASSPHRASE_FILE).read_bytes().strip()
    with open_signer(f"file:{KEY_FILE}", KeyAccess(base=agency.folder, secret=passphrase)) as signer:
        key = SigningKey(method=method, signer=signer)
        return [sign_endorsement(_said(agency, each, statement), key, created=now).content for each in named]


def _said(agency: Agency, subject: str, statement: Statement) -> Endorsement:
    return Endorsement(
        id=f"urn:uuid:{uuid.uuid4()}",
        endorser_did=agency.did,
        endorser_name=agency.name,
        endorser_url=agency.url,
        subject=subject,
        title=statement.title,
        comment=statement.comment,
        valid_from=statement.valid_from,
        valid_until=statement.valid_until,
    )
