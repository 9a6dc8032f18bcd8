"""The trusted lists that a home has pinned: one a territory under `HOME/trust`, the newest; older ones are kept beside.

What is pinned is what was read from the signed list: what, when, where from, the hash. An older list never takes the
place of a newer one, so that a withdrawn service can't be brought back by an old file.
"""

import base64
import json
import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from vc_issuer.errors import ConfigurationError, RuleError
from vc_issuer.model.credential import JsonValue
from vc_issuer.model.trusted_list import ListedService, ServiceKind, ServiceStatus, TrustedList
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.database import Database

FOLDER = "trust"
_TERRITORY = re.compile(r"[A-Z]{2}")


def pin_list(home: Path, database: Database, trusted: TrustedList, *, deed: Deed) -> Path:
    """Pin a list in place of an older one of its territory. Raises RuleError if it is the older one."""
    if not _TERRITORY.fullmatch(trusted.territory):
        raise RuleError("the trusted list names no territory of two letters.", remedy="Check the file.")
    path = home / FOLDER / f"{trusted.territory}.json"
    if path.exists():
        known = _read(path)
        if (trusted.sequence, trusted.issued) < (known.sequence, known.issued):
            raise RuleError(
                f"no. {trusted.sequence} is older than no. {known.sequence}, which is pinned.",
                remedy="Import the newest list.",
            )
        if known.sha256 != trusted.sha256:
            path.rename(path.with_name(f"{trusted.territory}-{known.sequence}.{known.sha256[:8]}.old"))
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(_as_json(trusted), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)
    with database.writing() as session:
        details: dict[str, JsonValue] = {
            "sequence": trusted.sequence,
            "sha256": trusted.sha256,
            "signer": trusted.signer,
        }
        record_deed(session, deed, "trust.import", subject=trusted.territory, details=details)
    return path


def pinned_lists(home: Path) -> tuple[TrustedList, ...]:
    """Return every pinned list. Raises ConfigurationError for one that can't be read."""
    return tuple(_kept(path, path.stat().st_mtime_ns) for path in sorted((home / FOLDER).glob("??.json")))


@lru_cache(maxsize=64)
def _kept(path: Path, _written: int) -> TrustedList:
    return _read(path)


def _read(path: Path) -> TrustedList:
    try:
        return _from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"the pinned list {path} can't be read.", remedy="Remove it, and import the list again."
        ) from error


def _as_json(trusted: TrustedList) -> dict[str, Any]:
    return {
        "territory": trusted.territory,
        "operator": trusted.operator,
        "sequence": trusted.sequence,
        "issued": trusted.issued.isoformat(),
        "next_update": trusted.next_update.isoformat() if trusted.next_update else None,
        "addresses": list(trusted.addresses),
        "source": trusted.source,
        "sha256": trusted.sha256,
        "signer": trusted.signer,
        "imported": trusted.imported.isoformat(),
        "ignored": trusted.ignored,
        "services": [
            {
                "provider": service.provider,
                "name": service.name,
                "kind": service.kind.value,
                "statuses": [{"word": one.word, "since": one.since.isoformat()} for one in service.statuses],
                "certificates": [base64.b64encode(der).decode("ascii") for der in service.certificates],
            }
            for service in trusted.services
        ],
    }


def _from_json(values: dict[str, Any]) -> TrustedList:
    return TrustedList(
        territory=values["territory"],
        operator=values["operator"],
        sequence=values["sequence"],
        issued=datetime.fromisoformat(values["issued"]),
        next_update=datetime.fromisoformat(values["next_update"]) if values["next_update"] else None,
        addresses=tuple(values["addresses"]),
        source=values["source"],
        sha256=values["sha256"],
        signer=values["signer"],
        imported=datetime.fromisoformat(values["imported"]),
        ignored=values["ignored"],
        services=_services(values["services"]),
    )


def _services(values: Sequence[dict[str, Any]]) -> tuple[ListedService, ...]:
    return tuple(
        ListedService(
            provider=one["provider"],
            name=one["name"],
            kind=ServiceKind(one["kind"]),
            certificates=tuple(base64.b64decode(text, validate=True) for text in one["certificates"]),
            statuses=tuple(
                ServiceStatus(word=status["word"], since=datetime.fromisoformat(status["since"]))
                for status in one["statuses"]
            ),
        )
        for one in values
    )
