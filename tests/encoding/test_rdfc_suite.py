"""The W3C's suite for RDFC-1.0: 64 evaluation tests and 21 maps of labels, and the poison refused within the limits."""

import json

import pytest

from reference import DATA, needs_data
from vc_issuer.encoding.disclosure import checked_labels
from vc_issuer.encoding.rdfc import canonicalize_nquads
from vc_issuer.errors import UnreadableError
from vc_issuer.sandbox import Sandbox, SandboxLimits

FOLDER = DATA / "w3c" / "rdfc-1.0"
MANIFEST = FOLDER / "manifest.jsonld"
ENTRIES = json.loads(MANIFEST.read_text(encoding="utf-8"))["entries"] if MANIFEST.is_file() else []
EVALUATIONS = [entry for entry in ENTRIES if entry["type"] == "rdfc:RDFC10EvalTest"]
MAPS = [entry for entry in ENTRIES if entry["type"] == "rdfc:RDFC10MapTest"]
NEGATIVES = [entry for entry in ENTRIES if entry["type"] == "rdfc:RDFC10NegativeEvalTest"]
pytestmark = needs_data


def hash_of(entry):
    return entry.get("hashAlgorithm", "SHA256").lower().replace("-", "")


def text(name):
    return (FOLDER / name).read_text(encoding="utf-8")


def test_the_suite_is_whole():
    assert (len(EVALUATIONS), len(MAPS), len(NEGATIVES)) == (64, 21, 1)


@pytest.mark.parametrize("entry", EVALUATIONS, ids=lambda entry: entry["id"])
def test_canonical_form_equals_the_suites(entry):
    assert canonicalize_nquads(text(entry["action"]), hash_name=hash_of(entry)) == text(entry["result"])


@pytest.mark.parametrize("entry", [e for e in MAPS if hash_of(e) == "sha256"], ids=lambda entry: entry["id"])
def test_labels_equal_the_suites_up_to_symmetry(entry):
    nquads = text(entry["action"])
    ours = checked_labels(nquads)
    wanted = json.loads(text(entry["result"]))
    assert set(ours.values()) == set(wanted.values())
    assert {canonicalize_nquads(nquads)} == {text(entry["result"].replace("-rdfc10map.json", "-rdfc10.nq"))}


@pytest.mark.parametrize("entry", NEGATIVES, ids=lambda entry: entry["id"])
def test_the_poison_is_refused_before_any_work_and_killed_where_nobody_guards(entry):
    nquads = text(entry["action"])
    with pytest.raises(UnreadableError, match="look alike"):
        canonicalize_nquads(nquads, guarded=True)
    limits = SandboxLimits(cpu_s=0.3, wall_s=3.0)
    with Sandbox(limits=limits, children=1) as sandbox, pytest.raises(UnreadableError, match="more work"):
        sandbox.run(canonicalize_nquads, nquads)
