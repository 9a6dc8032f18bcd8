"""What other implementations say to what we make, and we to what they make; the table in the docs is this run's.

`VC_ISSUER_WRITE_TABLE=1` writes docs/interoperability.md; without it, the page must be what this run gives.
"""

import os
import shutil

import pytest
from scenario import make_world

from interoperability.made import CONTEXTS, SELECTIVE, V2, disclosed_base, everything, served
from interoperability.verifiers import NODE, PEERS, ask_node, node_verifiers, python_verifiers, version_of
from reference import ROOT
from vc_issuer.did import resolve_did_key
from vc_issuer.securing.data_integrity import verify_proofs
from vc_issuer.securing.ecdsa_sd import derive, verify_base

PAGE = ROOT / "docs" / "interoperability.md"
pytestmark = [
    pytest.mark.peer,
    pytest.mark.xdist_group("interoperability"),
    pytest.mark.skipif(
        shutil.which("node") is None or not (PEERS / "node_modules").is_dir(),
        reason="needs Node and `npm ci` in tests/peers",
    ),
]
SIGNED_BY_PEERS = [
    "eddsa-rdfc-2022",
    "eddsa-jcs-2022",
    "ecdsa-rdfc-2019",
    "ecdsa-jcs-2019",
    "ecdsa-sd-2023",
    "Ed25519Signature2020",
]
PACKAGES = {"Ed25519Signature2020": "ed25519-signature-2020"}
HEADER = """# What was checked with which other implementation

Written by a test run, and held to it: `VC_ISSUER_WRITE_TABLE=1 .venv/bin/python -m pytest tests/interoperability` makes
this page anew. *Genuine* is the verdict on a document that we secured, *changed* the verdict on the same with one word
changed: a verifier that accepts everything would show. The higher levels of JAdES and whole issued cohorts are checked
apart, in `tests/securing` and `tests/e2e`.

## Others verify what we secure

| format | mechanism | verifier | version | genuine | changed |
|---|---|---|---|---|---|
"""
BACK = """
## We verify what others secure

Signed by Digital Bazaar's libraries under keys of their own.

| mechanism | signer | version | genuine | changed |
|---|---|---|---|---|
"""


def word(is_accepted):
    return "accepted" if is_accepted else "refused"


@pytest.fixture(scope="module")
def run():
    """Ask every verifier about every document, and us about what peers signed: one Node process in all."""
    world = make_world()
    made = everything(world)
    cases = [
        {
            "id": f"{place} {kind} {name}",
            "verifier": NODE[name][0],
            "mechanism": each.mechanism,
            "document": document,
            "token": document,
            "jwk": each.jwk,
            "options": each.options,
        }
        for place, each in enumerate(made)
        for name in node_verifiers(each)
        for kind, document in (("genuine", each.genuine), ("changed", each.changed))
    ]
    answer = ask_node(
        {
            "contexts": dict(CONTEXTS.documents),
            "served": served(world),
            "cases": cases,
            "sign": [
                *({"id": suite, "mechanism": suite, "credential": unsigned(suite)} for suite in SIGNED_BY_PEERS),
                {
                    "id": "derived",
                    "derive": True,
                    "document": disclosed_base(),
                    "options": {"selectivePointers": SELECTIVE},
                },
            ],
        }
    )
    return made, answer


def unsigned(suite):
    legacy = ["https://w3id.org/security/suites/ed25519-2020/v1"] if suite == "Ed25519Signature2020" else []
    return {
        "@context": [V2, *legacy],
        "type": ["VerifiableCredential"],
        "validFrom": "2026-07-06T12:00:00Z",
        "credentialSubject": {"id": "did:example:subject", "name": "Made elsewhere"},
    }


def verdicts_of_ours(run):
    """Return rows of what others verify: made, verifier, package, genuine, changed."""
    made, answer = run
    for place, each in enumerate(made):
        for name in node_verifiers(each):
            yield (
                each,
                name,
                NODE[name][1],
                *(answer["verdicts"][f"{place} {kind} {name}"] for kind in ("genuine", "changed")),
            )
        for name, verify in python_verifiers(each):
            yield each, name, name, *(verify(each, document, CONTEXTS) for document in (each.genuine, each.changed))


def test_every_verifier_accepts_what_is_genuine_and_refuses_what_was_changed(run):
    wrong = [
        (each.format, each.name, name, genuine, changed)
        for each, name, _, genuine, changed in verdicts_of_ours(run)
        if genuine is not True or changed is True
    ]
    assert wrong == []


def test_two_verifiers_that_are_not_related_know_every_proof_type(run):
    families = {}
    for each, name, *_ in verdicts_of_ours(run):
        family = "Digital Bazaar" if name.startswith(("@digitalbazaar", "jsonld")) else name
        families.setdefault(each.mechanism, set()).add(family)
    assert {mechanism for mechanism, names in families.items() if len(names) < 2} == set()


def shown(document):
    """Return what a verifier is shown: the document, or what its holder derives from a base proof that holds."""
    assert isinstance(document, dict), document
    if document["proof"].get("cryptosuite") != "ecdsa-sd-2023":
        return document
    bare = {name: value for name, value in document.items() if name != "proof"}
    verify_base(bare, document["proof"], resolve_did_key(document["proof"]["verificationMethod"]), contexts=CONTEXTS)
    return derive(document, ["/credentialSubject/name"], contexts=CONTEXTS)


def our_error(document):
    [result] = verify_proofs(document, resolve_did_key, contexts=CONTEXTS, guarded=True)
    return result.error


def our_errors(signed):
    """Return our errors on what a peer signed: as it is, and with one word changed."""
    document = shown(signed)
    spoiled = {**document, "credentialSubject": {**document["credentialSubject"], "name": "Changed"}}
    return our_error(document), our_error(spoiled)


@pytest.mark.parametrize("suite", SIGNED_BY_PEERS)
def test_we_verify_what_others_sign_and_refuse_it_changed(run, suite):
    _, answer = run
    genuine, changed = our_errors(answer["signed"][suite])
    assert genuine is None
    assert "does not match" in str(changed)


def test_what_another_holder_derives_from_our_base_proof_is_what_we_derive(run):
    _, answer = run
    theirs = answer["signed"]["derived"]
    assert theirs == derive(disclosed_base(), SELECTIVE, contexts=CONTEXTS)
    assert our_error(theirs) is None


def page_of(run):
    """Render the page of this run."""
    _, answer = run
    rows = sorted(
        f"| {each.format} | {each.name} | {name} | {version_of(package, answer['versions'])} "
        f"| {word(genuine is True)} | {word(changed is True)} |"
        for each, name, package, genuine, changed in verdicts_of_ours(run)
    )
    back = []
    for suite in SIGNED_BY_PEERS:
        package = f"@digitalbazaar/{PACKAGES.get(suite, f'{suite}-cryptosuite')}"
        genuine, changed = our_errors(answer["signed"][suite])
        words = f"{word(genuine is None)} | {word(changed is None)}"
        back.append(f"| {suite} | {package} | {answer['versions'][package]} | {words} |")
    return HEADER + "\n".join(rows) + "\n" + BACK + "\n".join(back) + "\n"


def test_the_page_is_what_this_run_gives(run):
    page = page_of(run)
    if os.environ.get("VC_ISSUER_WRITE_TABLE"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page
