"""Trust for a verifier: from the home, and from files that a person names; a file found beside a file is none."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from vc_issuer.did import methods_of
from vc_issuer.errors import InputError, VcIssuerError, VerificationError
from vc_issuer.fetch import Fetcher
from vc_issuer.sandbox import Sandbox
from vc_issuer.securing.vc_jose import looks_like_token, peek_token
from vc_issuer.transparency.stamp import TimeAuthorities
from vc_issuer.verification.registries import Registry, read_registry
from vc_issuer.verification.taken_back import LogFiles, LogsInTurn
from vc_issuer.verification.trust import TrustedIssuer, TrustStore
from vc_issuer.verification.verify import Verifier
from vc_issuer.wiring.answers import AnswerCache
from vc_issuer.wiring.asking import look_ups
from vc_issuer.wiring.clock import utc_now
from vc_issuer.x509 import certificates_from_pem, organization_identifier

# What every child of the sandbox has before its first call.
PRELOAD = ("vc_issuer.verification.verify", "pyld.jsonld", "vc_issuer.carriers.open", "vc_issuer.cli.main")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """What a person names: DID documents, authorities of seals and of time, status lists, logs' proofs, endorsers.

    `registries` are files with the did:key of their signer, or with an empty text; `domains` vouch for their issuers.
    `hosts` may be asked; `offline` asks nobody, whatever the settings allow.
    """

    did_documents: tuple[Path, ...] = ()
    anchors: tuple[Path, ...] = ()
    time_anchors: tuple[Path, ...] = ()
    status_lists: tuple[Path, ...] = ()
    registries: tuple[tuple[Path, str], ...] = ()
    domains: tuple[str, ...] = ()
    endorsers: tuple[Path, ...] = ()
    hosts: tuple[str, ...] = ()
    offline: bool = False
    logs: tuple[Path, ...] = ()


def trust_of_files(pins: Pins, base: TrustStore | None = None) -> TrustStore:
    """Return `base` with everything that `pins` names. Raises InputError for a file that can't be used."""
    trust = base or TrustStore()
    anchors = (*trust.anchors, *(der for path in pins.anchors for der in _read_anchor(path)))
    time_anchors = (*trust.time_anchors, *(der for path in pins.time_anchors for der in _read_anchor(path)))
    lists = {**dict(trust.status_lists), **dict(_read_list(path) for path in pins.status_lists)}
    issuers = (*trust.issuers, *(_read_issuer(path) for path in pins.did_documents))
    endorsers = (*trust.endorsers, *(_read_issuer(path, "--endorser") for path in pins.endorsers))
    registries = (*trust.registries, *(_read_registry(path, signer) for path, signer in pins.registries))
    found = replace(
        trust,
        issuers=issuers,
        endorsers=endorsers,
        anchors=anchors,
        time_anchors=time_anchors,
        status_lists=lists,
        registries=registries,
        domains=trust.domains | frozenset(pins.domains),
    )
    if not pins.logs:
        return found
    authorities = TimeAuthorities(anchors_at=found.time_anchors_at, clock=utc_now)
    given = LogFiles(tuple(_read_bytes(path) for path in pins.logs), authorities)
    return replace(found, log=LogsInTurn((trust.log, given) if trust.log else (given,)))


def online(trust: TrustStore, hosts: tuple[str, ...], cache: AnswerCache) -> TrustStore:
    """Return `trust` with a way to ask these hosts, or as it is if there are none."""
    return replace(trust, look_ups=look_ups(hosts, cache, utc_now, Fetcher))


@contextmanager
def verifier_for(trust: TrustStore) -> Iterator[Verifier]:
    """Give a verifier whose untrusted work runs in killable children."""
    with Sandbox(preload=PRELOAD) as sandbox:
        yield Verifier(trust, sandbox.run)


def _read_registry(path: Path, signer: str) -> Registry:
    try:
        return _registry_as_of(path, signer, path.stat().st_mtime_ns)
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", remedy="Check the path.") from error
    except VcIssuerError as error:
        raise InputError(
            f"{path} can't be used as a registry: {error.message}.", remedy="Fetch it again, or correct its signer."
        ) from error


@lru_cache(maxsize=16)
def _registry_as_of(path: Path, signer: str, _changed_ns: int) -> Registry:
    """Read a registry once for each time that its file changed: it may name thousands."""
    return read_registry(path.read_bytes(), where=path.name, signer=signer, now=utc_now())


def _read_issuer(path: Path, option: str = "--issuer") -> TrustedIssuer:
    document = _read_json(path)
    try:
        asserting, every = methods_of(document), methods_of(document, "verificationMethod")
    except VcIssuerError as error:
        raise InputError(f"{path} is no DID document: {error}.", remedy="Give the issuer's did.json.") from error
    did, known = str(document["id"]), {method.id for method in asserting}
    others = [method for method in every if method.id not in known]
    # What was taken back asserts nothing any more, and still counts for what the log held; the rest signs the log. So
    # did some of what was taken back, and counts there for what was time-stamped before: did.json doesn't say which.
    return TrustedIssuer(
        did=did,
        name=did,
        methods=(*asserting, *(method for method in others if method.revoked)),
        log_methods=tuple(others),
        legal_id=_legal_id(document),
        source=f"{option} {path.name}",
    )


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", remedy="Check the path.") from error


def _legal_id(document: dict[str, object]) -> str:
    known = document.get("alsoKnownAs")
    prefix = "urn:eidas:"
    for name in known if isinstance(known, list) else []:
        if isinstance(name, str) and name.startswith(prefix):
            return name.removeprefix(prefix)
    return ""


def _read_anchor(path: Path) -> tuple[bytes, ...]:
    try:
        certificates = certificates_from_pem(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", remedy="Check the path.") from error
    for certificate in certificates:
        organization_identifier(certificate)
    return certificates


def _read_list(path: Path) -> tuple[str, bytes]:
    content = _read_bytes(path)
    try:
        document = peek_token(content).document if looks_like_token(content) else _read_json(path)
    except VerificationError as error:
        raise InputError(f"{path} can't be read: {error}.", remedy="Give the list as its URL serves it.") from error
    url = document.get("id")
    if not isinstance(url, str):
        raise InputError(f"{path} is no status list: it has no id.", remedy="Give the list as its URL serves it.")
    return url, content


def _read_json(path: Path) -> dict[str, object]:
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", remedy="Check the path.") from error
    except ValueError as error:
        raise InputError(f"{path} is no JSON.", remedy="Give the file as its URL serves it.") from error
    if not isinstance(document, dict):
        raise InputError(f"{path} holds no JSON object.", remedy="Give the file as its URL serves it.")
    return document
