"""What a trusted list says of trust services (ETSI TS 119 612), and how much of that was checked at the import."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

# Annex D.4 and, for times before 2016-07-01, what the norm had before: words under which a service is to be believed.
POSITIVE = frozenset(
    (
        "granted",
        "recognisedatnationallevel",
        "undersupervision",
        "supervisionincessation",
        "accredited",
        "setbynationallaw",
    )
)


class ServiceKind(Enum):
    """What the certificates of a service are good for here."""

    SEAL = "seal"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus:
    """A word of the norm, such as `granted`, and since when it holds."""

    word: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedService:
    """A service on a list: who offers it, its certificates (DER), its statuses, the newest first."""

    provider: str
    name: str
    kind: ServiceKind
    certificates: tuple[bytes, ...]
    statuses: tuple[ServiceStatus, ...]

    def status_at(self, moment: datetime) -> ServiceStatus | None:
        """Return the status that held at a moment, or None before there was any."""
        return next((status for status in self.statuses if status.since <= moment), None)

    def is_granted_at(self, moment: datetime) -> bool:
        """Tell whether the service was to be believed at a moment."""
        status = self.status_at(moment)
        return status is not None and status.word in POSITIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedList:
    """A trusted list as it was imported: what it is, from when, where it came from, and its own SHA-256.

    `signer` is the SHA-256 of the certificate under which its signature held; empty if nobody checked that.
    """

    territory: str
    operator: str
    sequence: int
    issued: datetime
    next_update: datetime | None
    addresses: tuple[str, ...]
    sha256: str
    signer: str
    imported: datetime
    source: str
    services: tuple[ListedService, ...]
    ignored: int

    @property
    def label(self) -> str:
        """Name the list as a report does: what, which, when, how far checked."""
        checked = "signature checked" if self.signer else "signature NOT checked"
        return (
            f"trusted list of {self.territory} no. {self.sequence} of {self.issued:%Y-%m-%d}, "
            f"imported {self.imported:%Y-%m-%d}, {checked}"
        )

    def is_due(self, now: datetime) -> bool:
        """Tell whether a newer one should be out by now."""
        return self.next_update is not None and self.next_update < now
