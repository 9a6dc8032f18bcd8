"""A home on disk and its office for tests that need the whole wiring, without a process for every step."""

import hashlib
from contextlib import contextmanager

from reference import ROOT
from vc_issuer.config import Mode
from vc_issuer.wiring.catalogue import known_institution
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.home import open_home
from vc_issuer.wiring.homemaking import NewHome, make_home
from vc_issuer.wiring.office import Office, check_offering_file

EXAMPLES = ROOT / "examples"
HOST = "credentials.uzb.example"


def make(path, **changes):
    values = {"path": path, "issuer": known_institution("uzb"), "host": HOST, "mode": Mode.TEST}
    make_home(NewHome(**{**values, **changes}), now=utc_now())
    return path


@contextmanager
def office_of(path, account="preparer"):
    home = open_home(path)
    try:
        yield Office(home, account)
    finally:
        home.close()


def imported(path, cohort="cohorts/c2/c2.csv", offering="offerings/mc01.toml", rows=2, skip=0, title=""):
    """Import the first rows of a cohort, or those after the first `skip`, into a draft; returns the batch's id."""
    with office_of(path) as office:
        source = EXAMPLES / offering
        office.add_offering(
            check_offering_file(source.read_bytes(), filename=source.name, base_url=office.home.settings.base_url)
        )
        headings, *lines = (EXAMPLES / cohort).read_bytes().splitlines(keepends=True)
        content = b"".join([headings, *lines[skip : skip + rows]])
        reading = office.read_cohort(content, cohort.rsplit("/", 1)[1])
        sha256 = hashlib.sha256(content).hexdigest()
        return office.import_cohort(reading, sha256=sha256, title=title or cohort, dry_run=False).batch_id


def prepare(path, **cohort):
    """Import the first rows of a cohort and prepare them; returns the batch's id and its digest."""
    batch_id = imported(path, **cohort)
    with office_of(path) as office:
        return batch_id, office.prepare(batch_id).digest


def approve(path, batch_id, digest):
    with office_of(path, "approver") as office:
        office.approve(batch_id, digest)


def issue(path, **cohort):
    """Take a small cohort all the way; returns the batch's id."""
    batch_id, digest = prepare(path, **cohort)
    approve(path, batch_id, digest)
    with office_of(path, "approver") as office:
        office.sign(batch_id)
    with office_of(path) as office:
        office.publish(batch_id)
    return batch_id
