"""Printing a batch before it is written out: the same pages as one by one, each kept once."""

import pytest

from offices import issue, make, office_of
from vc_issuer.issuance.publish import issued_of_batch, pdf_of
from vc_issuer.store.documents import find_pdf
from vc_issuer.wiring.print_desk import print_ahead


@pytest.fixture(scope="module")
def issued_home(tmp_path_factory):
    path = make(tmp_path_factory.mktemp("printing") / "home")
    return path, issue(path)


def kept(home, documents):
    with home.database.reading() as session:
        return [find_pdf(session, each.document) for each in documents]


def test_processes_print_what_one_would_and_what_is_printed_stays(issued_home):
    path, batch = issued_home
    with office_of(path) as office:
        home = office.home
        documents = list(issued_of_batch(home.database, batch, base_url=home.settings.base_url))
        assert len(documents) > 1
        print_ahead(home, documents, many=len(documents) + 1)
        assert kept(home, documents) == [None] * len(documents), "few are left to whoever asks"
        pdf_of(home.database, documents[0], render=lambda _: b"printed before", now=home.now())
        print_ahead(home, documents, many=1)
        assert kept(home, documents) == [b"printed before", *(home.render(each) for each in documents[1:])]
