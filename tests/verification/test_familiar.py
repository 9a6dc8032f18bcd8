"""Badges of a familiar shape are verified without the child, and every verdict stays what it was."""

import copy
import json
from dataclasses import replace

import pytest
from scenario import CREDENTIAL_KEY, DID, NOON, NOW, SUITE, make_world, web_key

from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import UnreadableError
from vc_issuer.verification.familiar import Familiar, shapes_of
from vc_issuer.verification.proofs import directly, prove
from vc_issuer.verification.verify import Verifier


class CountingGuard:
    """Call at once, and note what was called."""

    def __init__(self, *, refuses=()):
        self.calls = []
        self._refuses = refuses

    def __call__(self, function, *arguments):
        self.calls.append(function)
        if function in self._refuses:
            raise UnreadableError("reading it took more work than is allowed")
        return function(*arguments)


@pytest.fixture(scope="module")
def world():
    return make_world()


@pytest.fixture(scope="module")
def learned(world):
    """Return a guard and a verifier that has seen the badge twice."""
    guard = CountingGuard()
    verifier = Verifier(world.trust, guard)
    for _ in range(2):
        verifier.verify(world.ob3, "file", NOW)
    return guard, verifier


def test_the_third_badge_of_a_shape_needs_no_child(world, learned):
    guard, verifier = learned
    assert guard.calls.count(shapes_of) == 1
    before = guard.calls.count(prove)
    assert verifier.verify(world.ob3, "file", NOW) == world.verify(world.ob3)
    assert guard.calls.count(prove) == before


def every_text(document, path=()):
    for key, value in document.items() if isinstance(document, dict) else enumerate(document):
        if isinstance(value, str):
            yield (*path, key)
        elif isinstance(value, dict | list):
            yield from every_text(value, (*path, key))


def changed(document, path, value):
    other = copy.deepcopy(document)
    node = other
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return serialise_compact(other)


def test_any_changed_text_gives_the_same_report_as_the_generic_path(world, learned):
    guard, verifier = learned
    document = json.loads(world.ob3)
    paths = [path for path in every_text(document) if "@context" not in path]
    assert len(paths) > 50
    fast = 0
    for path in paths[::6]:
        for value in ("changed", "urn:uuid:00000000-0000-4000-8000-000000000000"):
            content = changed(document, path, value)
            before = len(guard.calls)
            report = verifier.verify(content, "file", NOW)
            fast += len(guard.calls) == before
            assert report == Verifier(world.trust, directly).verify(content, "file", NOW), path
            assert report.verdict.value in {"not-genuine", "unknown-issuer", "status-unknown"}
    assert fast > 5


def test_another_learner_s_badge_is_current_and_another_key_s_is_not(world, learned):
    guard, verifier = learned
    document = {**world.twin.ob3["en"], "id": "urn:uuid:6a8f1ad4-7f0b-4d57-a67d-1a5ad0b5c8e6"}
    before = len(guard.calls)
    genuine = SUITE.secure(document, CREDENTIAL_KEY, NOON).content
    assert verifier.verify(genuine, "file", NOW).verdict.value == "current"
    stranger = replace(web_key("stranger"), method=CREDENTIAL_KEY.method)
    forged = SUITE.secure(document, stranger, NOON).content
    assert verifier.verify(forged, "file", NOW).verdict.value == "not-genuine"
    assert len(guard.calls) == before
    assert DID in forged.decode()


def test_a_badge_whose_proof_does_not_hold_teaches_nothing(world):
    guard = CountingGuard()
    verifier = Verifier(world.trust, guard)
    false = world.ob3.replace(b'"proofValue":"z', b'"proofValue":"z2')
    for _ in range(4):
        assert verifier.verify(false, "file", NOW).verdict.value == "not-genuine"
    assert shapes_of not in guard.calls


def test_a_shape_that_takes_too_much_to_compile_is_still_verified(world):
    guard = CountingGuard(refuses=(shapes_of,))
    verifier = Verifier(world.trust, guard, familiar=Familiar(guard))
    for _ in range(5):
        assert verifier.verify(world.ob3, "file", NOW).verdict.value == "current"
    assert guard.calls.count(shapes_of) == 1
