"""Who works on a batch of a home: this process alone, or several that a server process imports the program for."""

from vc_issuer.engine.base import Crew
from vc_issuer.engine.local import InProcess, ProcessPool
from vc_issuer.engine.registry import local_engine
from vc_issuer.issuance.prepare import MOST_ALONE
from vc_issuer.store.records import last_position
from vc_issuer.wiring.home import Home

MOST_CHECKED_ALONE = 10_000  # records whose stored bytes one process has compared before two others have started
# What building and signing import, at once or when they come to it; the command line is what every process begins with.
_PRELOAD = (
    "vc_issuer.cli.main",
    "vc_issuer.wiring.pictures",
    "vc_issuer.wiring.keys",
    "vc_issuer.issuance.slices",
    "vc_issuer.issuance.signing",
    "PIL.PngImagePlugin",
    "fontTools.ttLib.tables.otTables",
    "lxml.html",
    "pyld.jsonld",
)


def batch_engine(processes: int) -> InProcess | ProcessPool:
    """Return what signs a batch on this machine; 0 processes stand for one a core."""
    return local_engine(processes, preload=_PRELOAD)


def batch_crew(home: Home, batch_id: str, processes: int, *, most_alone: int = MOST_ALONE) -> Crew:
    """Return who works on a batch without signing keys: up to `most_alone` records, this process alone."""
    with home.database.reading() as session:
        is_large = last_position(session, batch_id) > most_alone
    return batch_engine(processes if is_large else 1)
