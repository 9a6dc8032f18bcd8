"""Slices that other processes build: the same documents in the same order, and nothing of who was erased meanwhile."""

import random

import pytest

from issuance.house import NOON, building, learner, new_house, record, tools
from vc_issuer.engine.local import InProcess, ProcessPool
from vc_issuer.errors import RuleError
from vc_issuer.issuance import prepare
from vc_issuer.model.batch import BatchState
from vc_issuer.store.audit import Deed
from vc_issuer.store.batches import get_batch
from vc_issuer.store.credentials import prepared_parts
from vc_issuer.store.documents import documents_of_batch
from vc_issuer.store.people import erase_learner

LEARNERS = 7


@pytest.fixture(autouse=True)
def small_slices(monkeypatch):
    monkeypatch.setattr(prepare, "SLICE", 2)


@pytest.fixture
def house(tmp_path):
    house = new_house(tmp_path)
    yield house
    house.database.close()


def rows():
    odd = record(3, learner=learner(3, full_name="Zoë \U00016fe4 Voorbeeld"))  # a letter that no font has
    return [odd if number == 3 else record(number) for number in range(1, LEARNERS + 1)]


class LastFirst(InProcess):
    """Gives the results of a run in the opposite order."""

    def run(self, open_work, tasks):
        with open_work() as work:
            yield from reversed([work(task) for task in tasks])


class Shuffled(InProcess):
    """Gives the results of a run in any order."""

    def run(self, open_work, tasks):
        with open_work() as work:
            results = [work(task) for task in tasks]
        random.Random(5).shuffle(results)
        yield from results


def facts(house, batch_id):
    """What must not depend on who builds: order, learners, numbers, sizes; ids are drawn by chance."""
    with house.database.reading() as session:
        documents = documents_of_batch(session, batch_id)
        parts = prepared_parts(session, batch_id, first=1, last=1000)
    return (
        [(each.position, each.number, each.kind, each.component) for each in documents],
        [(part.format, part.language, len(part.content)) for part in parts],
    )


@pytest.mark.parametrize("crew", [LastFirst(), Shuffled(), ProcessPool(processes=2)], ids=["reversed", "any", "pool"])
def test_order_and_report_do_not_depend_on_who_builds(tmp_path_factory, crew):
    given = []
    for each in (InProcess(), crew):
        house = new_house(tmp_path_factory.mktemp("house"))
        batch_id = house.draft(*rows())
        report = house.prepare(batch_id, tools=tools(crew=each))
        assert report.documents == 3 * (LEARNERS - 1)
        assert [kept.position for kept in report.kept_back] == [3]
        given.append((facts(house, batch_id), report.outcomes, report.warnings))
        house.database.close()
    assert given[0] == given[1]


def test_a_batch_that_many_processes_prepared_is_signed(house):
    batch_id = house.draft(*rows())
    digest = house.prepare(batch_id, tools=tools(crew=ProcessPool(processes=2))).digest
    house.approve(batch_id, digest)
    with ProcessPool(processes=2) as crew:
        assert house.sign(batch_id, engine=crew, crew=crew).documents == 3 * (LEARNERS - 1)


def test_nothing_is_stored_of_a_learner_who_was_erased_while_their_documents_were_built(house):
    batch_id = house.draft(*rows())
    erased = []

    def erase_then_draw(text):
        if not erased:
            erased.append(True)
            with house.database.writing() as session:
                erase_learner(session, "s0000001", deed=Deed(actor="preparer", at=NOON))
        return ()

    with pytest.raises(RuleError, match="was erased meanwhile"):
        house.prepare(batch_id, tools=tools(building=building(undrawable=erase_then_draw)))
    with house.database.reading() as session:
        assert get_batch(session, batch_id).state is BatchState.DRAFT
        assert not documents_of_batch(session, batch_id)
    assert house.prepare(batch_id).documents == 3 * (LEARNERS - 2)
