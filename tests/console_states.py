"""A home with a batch in every state, each as the office leaves it: for tests that look at the console's pages."""

from consoles import home_with_passwords
from offices import approve, imported, issue, office_of, prepare
from vc_issuer.config import Mode


class KilledError(Exception):
    """The signing command was killed."""


def approved(path, **cohort):
    batch_id, digest = prepare(path, **cohort)
    approve(path, batch_id, digest)
    return batch_id


def killed_while_signing(path, *, after_chunks=0, **cohort):
    """Sign some chunks of an approved batch; what is left stays as a crash leaves it."""
    batch_id = approved(path, **cohort)

    def die(finished, _total):
        if finished == after_chunks:
            raise KilledError

    def die_at_once(moment):
        if moment == "started" and not after_chunks:
            raise KilledError

    try:
        with office_of(path, "approver") as office:
            office.sign(batch_id, progress=die if after_chunks else lambda *_: None, checkpoint=die_at_once)
    except KilledError:
        return batch_id
    raise AssertionError("it was signed before it could be killed")


def home_with_every_state(path):
    """Return the ids of a batch in each state, by the state's word; `paused` is one of its own."""
    home_with_passwords(path, mode=Mode.DEMO)
    c3 = {"cohort": "cohorts/c3/c3.csv", "offering": "offerings/mc03.toml"}
    found = {
        "published": issue(
            path, cohort="cohorts/c1/c1.csv", offering="offerings/mc03.toml", title="Recht en data, herkansing"
        )
    }
    found["signed"] = approved(path, rows=8, title="Revalidatie, Nederlandstalige groep")
    with office_of(path, "approver") as office:
        office.sign(found["signed"])
    found["signing"] = killed_while_signing(
        path, after_chunks=8, rows=227, skip=20, title="Recht en data, juni 2025", **c3
    )
    found["paused"] = killed_while_signing(path, rows=20, title="Recht en data, januari 2025", **c3)
    with office_of(path, "approver") as office:
        office.pause(found["paused"])
    found["approved"] = approved(path, rows=9, skip=8, title="Revalidatie, tweede groep")
    found["prepared"], _ = prepare(path, rows=10, skip=17, title="Revalidatie, Engelstalige groep")
    found["draft"] = imported(
        path, cohort="cohorts/c9/c9.csv", offering="offerings/mc33.toml", rows=20, title="Onderzoeksvaardigheden"
    )
    return found
