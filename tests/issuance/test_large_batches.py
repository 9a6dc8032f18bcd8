"""What a large batch must not do: be held in memory as a whole, or be named in one query as a whole."""

import hashlib
import tracemalloc

import pytest

from issuance.house import profile
from store.homes import learner, record, result
from vc_issuer.encoding.jcs import canonicalize_jcs
from vc_issuer.issuance.batch import approval_digest
from vc_issuer.issuance.outliers import find_outliers
from vc_issuer.model.batch import PreparedDigest
from vc_issuer.store.records import StoredRecord

MIB = 2**20


def lines(count):
    for number in range(count):
        yield PreparedDigest(document_id=f"urn:uuid:{number:08d}", format="ob3", sha256=f"{number:064x}")


def peak_of(work):
    """Return the most bytes that Python held while it worked, beyond what it held before."""
    work()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def digest_of(count):
    return approval_digest("B-2025-0001", lines(count), profile(), {"BE-VLG-2024": "1"})


HOSTILE = [PreparedDigest(f"urn:{text}", text, text) for text in ('\x00\x1f\x7f\b\t"\\/', "\u2028é𝒜", "")]


@pytest.mark.parametrize("documents", [[], HOSTILE, *(list(lines(count)) for count in (1, 3, 250, 251, 777))], ids=len)
@pytest.mark.parametrize("batch_id", ["B-2025-0001", 'a "documents":[] \\ batch'])
def test_the_digest_is_over_the_canonical_form_of_the_whole(documents, batch_id):
    house, rules = profile(), {"BE-VLG-2024": "1"}

    def plan(use, each):
        return {"use": use, "id": each.key_id, "mechanism": each.mechanism, "options": dict(each.options)}

    whole = {
        "batch": batch_id,
        "documents": [list(line) for line in documents],
        "keys": [plan("credential", house.ob3), plan("seal", house.elm)],
        "seal": house.seal_certificate_sha256,
        "rules": rules,
    }
    assert approval_digest(batch_id, documents, house, rules) == hashlib.sha256(canonicalize_jcs(whole)).hexdigest()


def test_the_digest_of_a_large_batch_takes_no_more_memory_than_that_of_a_small_one():
    assert peak_of(lambda: digest_of(20_000)) < peak_of(lambda: digest_of(200)) + MIB // 4


def stored(number):
    known = record(number, learner=learner(number))
    return StoredRecord(
        id=f"{number:032x}",
        batch_id="B-2025-0001",
        position=number,
        learner_id=f"{number:032x}",
        learner=known.learner,
        offering_code="MC03",
        offering_version="1",
        run="2024-S2",
        language="nl",
        results=(result(),),
    )


def test_outliers_are_looked_for_in_one_pass_that_keeps_sums_alone(offering_of):
    def work():
        now = (stored(number) for number in range(1, 5001))
        return find_outliers(now, iter(()), offering_of=offering_of)

    assert work() == ()
    assert peak_of(work) < 5000 * 800  # a record with its learner and one result takes some 2 kB


@pytest.fixture
def offering_of():
    known = record(1).offering
    return lambda _code, _version: known
