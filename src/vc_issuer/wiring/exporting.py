"""Write what a home issued to a folder: secured bytes as they are, PDFs, lists, keys, and a manifest that names them.

File names hold document numbers, never a name or a code. What is written is what the public address serves.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vc_issuer.issuance.publish import issued_document, issued_of_batch
from vc_issuer.model.credential import CredentialStatus, SecuredCredential
from vc_issuer.store.batches import get_batch
from vc_issuer.store.documents import StoredDocument, documents_by_id, successors_of
from vc_issuer.store.status import served_lists
from vc_issuer.wiring.home import Home, Published
from vc_issuer.wiring.manifest import writing_manifest
from vc_issuer.wiring.print_desk import print_ahead
from vc_issuer.x509 import certificates_to_pem

MANIFEST = "manifest.json"
DID_DOCUMENT = "did.json"
SEAL_ANCHOR = "ca.pem"
LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written: where the manifest lies, and how many documents it names."""

    manifest: Path
    documents: int


def export_batches(
    home: Home, batch_ids: Iterable[str], out: Path, *, wrote: Callable[[Path], None] = lambda _: None
) -> Exported:
    """Write every document of the batches, the status lists and the keys below `out`, then the manifest.

    `wrote` is told of every credential's file. Raises NotFoundError for a batch that is not there. A file that is
    there already is written over.
    """
    batches = tuple(batch_ids)
    with home.database.reading() as session:
        for batch_id in batches:
            get_batch(session, batch_id)
    out.mkdir(parents=True, exist_ok=True)
    print_ahead(home, _issued(home, batches))
    first = {
        "issuer": home.settings.issuer.did,
        "did_document": _write_json(out / DID_DOCUMENT, home.did_document(), out),
        "seal_anchor": _write_anchor(home, out),
    }
    with writing_manifest(out / MANIFEST, first, "credentials") as manifest:
        for issued in _issued(home, batches):
            manifest.add(_write_document(home, issued, out, wrote))
        manifest.last["status_lists"] = _write_lists(home, out)
    return Exported(manifest=out / MANIFEST, documents=manifest.entries)


def _issued(home: Home, batch_ids: Iterable[str]) -> Iterator[Published]:
    for batch_id in batch_ids:
        yield from issued_of_batch(home.database, batch_id, base_url=home.settings.base_url)


def _write_document(home: Home, issued: Published, out: Path, wrote: Callable[[Path], None]) -> dict[str, Any]:
    folder = out / "credentials"
    folder.mkdir(exist_ok=True)
    document, name = issued.document, issued.number
    main, *others = document.languages

    def write(suffix: str, content: bytes) -> str:
        path = folder / f"{name}{suffix}"
        path.write_bytes(content)
        wrote(path)
        return path.relative_to(out).as_posix()

    def write_badge(suffix: str, badge: SecuredCredential) -> str:
        return write(suffix, badge.content)

    files = {
        "ob3": write_badge(".ob3.json", issued.ob3[main]),
        "elm": write(".elm.json", issued.elm.content),
        "pdf": write(".pdf", home.pdf_of(issued)),
    }
    return {
        "id": issued.id,
        "batch": document.batch_id,
        "document": document.kind.value,
        "record": document.record_id,
        "offering": document.offering_key,
        "number": name,
        "verify_url": issued.verify_url,
        "status": document.status.value,
        "files": files,
        "ob3_other": {language: write_badge(f".ob3.{language}.json", issued.ob3[language]) for language in others},
        "png": write(".png", home.badge_of(issued)),
        "log": _write_evidence(home, issued, out),
        **_chain(home, document),
    }


def _write_evidence(home: Home, issued: Published, out: Path) -> str:
    """Write what proves that the document is in the log of issuance; it is no credential, so nobody verifies it."""
    path = out / LOG / f"{issued.number}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(home.log().evidence(issued))
    return path.relative_to(out).as_posix()


def _chain(home: Home, document: StoredDocument) -> dict[str, dict[str, str]]:
    """Name the document that took this one's place, and the one whose place this one took."""
    found = {}
    with home.database.reading() as session:
        if document.status is CredentialStatus.SUPERSEDED:
            found["successor"] = successors_of(session, [document.id]).get(document.id)
        if document.replaces:
            found["replaces"] = documents_by_id(session, [document.replaces]).get(document.replaces)
        return {
            word: {"id": issued_document(session, each, base_url=home.settings.base_url).id, "number": each.number}
            for word, each in found.items()
            if each is not None and each.code
        }


def _write_lists(home: Home, out: Path) -> list[dict[str, str]]:
    folder = out / "status"
    folder.mkdir(exist_ok=True)
    with home.database.reading() as session:
        lists = served_lists(session)
    entries = []
    for url, content in lists.items():
        path = folder / f"{url.rsplit('/', 1)[1]}.json"
        path.write_bytes(content)
        entries.append({"url": url, "file": path.relative_to(out).as_posix()})
    return entries


def _write_anchor(home: Home, out: Path) -> str:
    anchors = home.trust().anchors
    (out / SEAL_ANCHOR).write_bytes(certificates_to_pem(anchors))
    return SEAL_ANCHOR


def _write_json(path: Path, value: Any, out: Path) -> str:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path.relative_to(out).as_posix()
