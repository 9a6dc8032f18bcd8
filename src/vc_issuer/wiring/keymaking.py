"""Rotate and retire a home's keys: the history only grows, and what an old key signed stays good."""

import re
from datetime import datetime

from vc_issuer.config import SETTINGS_FILE, Settings, read_passphrase
from vc_issuer.encoding.multikey import encode_multikey
from vc_issuer.errors import ConfigurationError, RuleError
from vc_issuer.model.keys import KeyAlgorithm, KeyPurpose
from vc_issuer.signers.file import create_key_file
from vc_issuer.signers.history import KeyRecord, append_key, retire_key
from vc_issuer.wiring.keys import record_in_force, records_of


def rotate_key(settings: Settings, purpose: KeyPurpose, *, now: datetime, reason: str) -> KeyRecord:
    """Make a new key for a purpose, retire the one in force, and name the new one in the settings.

    Raises RuleError for a seal, whose key needs a certificate first, and ConfigurationError.
    """
    if purpose is KeyPurpose.SEAL:
        raise RuleError(
            "a seal key needs a certificate.", remedy="Have one certified, then name both in settings.toml."
        )
    old = record_in_force(records_of(settings), purpose)
    name = f"{purpose.value}-{now:%Y%m%dT%H%M%S}.pem"
    history = settings.path(settings.keys.history)
    public = create_key_file(settings.home / "keys" / name, KeyAlgorithm.ED25519, read_passphrase(settings))
    did = settings.issuer.did
    record = KeyRecord(
        id=f"{did}#{encode_multikey(public)}", controller=did, purpose=purpose, public_key=public, valid_from=now
    )
    append_key(history, record)
    _name_key(settings, purpose, f"file:keys/{name}")
    retire_key(history, old.id, expires=now, recorded=now, reason=reason)
    return record


def retire(settings: Settings, key_id: str, *, now: datetime, reason: str) -> None:
    """Let a key end now; what it signed before stays good. Raises NotFoundError, RuleError."""
    retire_key(settings.path(settings.keys.history), key_id, expires=now, recorded=now, reason=reason)


def _name_key(settings: Settings, purpose: KeyPurpose, uri: str) -> None:
    path = settings.home / SETTINGS_FILE
    text = path.read_text(encoding="utf-8")
    changed, count = re.subn(rf'(?m)^{purpose.value} = "[^"\n]*"$', f'{purpose.value} = "{uri}"', text)
    if count != 1:
        raise ConfigurationError(
            f"keys.{purpose.value} can't be found in {SETTINGS_FILE}.", remedy=f'Write there: {purpose.value} = "{uri}"'
        )
    temporary = path.with_suffix(".new")
    temporary.write_text(changed, encoding="utf-8")
    temporary.replace(path)
