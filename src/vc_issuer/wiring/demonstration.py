"""The whole main job on example data: import, prepare, approve, sign, publish, write out, verify from the bytes."""

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from vc_issuer.config import SETTINGS_FILE, Mode, load_settings
from vc_issuer.errors import InputError, RuleError
from vc_issuer.model.report import Report, Verdict
from vc_issuer.wiring.catalogue import known_institution
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.examples import example, made_up_cohort
from vc_issuer.wiring.exporting import MANIFEST, Exported, export_batches
from vc_issuer.wiring.home import Home, open_home
from vc_issuer.wiring.homemaking import NewHome, make_home
from vc_issuer.wiring.office import CheckedOffering, Office, check_offering_file
from vc_issuer.wiring.sealed_prints import print_sealed

INSTITUTION = "uzb"
HOST = "credentials.uzb.example"
OFFERINGS = ("offerings/mc01.toml", "offerings/mc03.toml")
COHORTS = ("cohorts/c2/c2.csv", "cohorts/c3/c3.csv")
_LARGE_BATCH = 100  # documents
_WRITTEN = ("home", "credentials", "log", "status", MANIFEST, f"{MANIFEST}.part", "did.json", "ca.pem")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """What the demonstration did; `verdicts` counts the files that were verified."""

    out: Path
    home: Path
    batches: tuple[str, ...]
    exported: Exported
    files: tuple[Path, ...]
    verdicts: Counter[Verdict]
    trouble: tuple[Report, ...]


def demonstrate(
    out: Path, *, count: int | None = None, seed: int = 2025, say: Callable[[str], None] = lambda _: None
) -> Demonstration:
    """Run the demonstration into `out`, in place of an earlier one there.

    `count` adds a made-up cohort of so many learners in place of C3. Raises InputError if `out` holds anything else.
    """
    _clear(out)
    path = out / "home"
    issuer = known_institution(INSTITUTION)
    make_home(NewHome(path=path, issuer=issuer, host=HOST, mode=Mode.DEMO), now=utc_now())
    home = open_home(path)
    try:
        office = Office(home, "preparer")
        for name in OFFERINGS:
            office.add_offering(_checked(example(name), home))
        batches = tuple(_issue(home, name, content, say) for name, content in _cohorts(count, seed))
        say("Sealing prints, writing files")
        print_sealed(home, batches, deed=office.deed())
        files: list[Path] = []
        exported = export_batches(home, batches, out, wrote=files.append)
        say(f"Verifying {len(files)} files from their bytes")
        reports = tuple(verify_files(home, files))
    finally:
        home.close()
    return Demonstration(
        out=out,
        home=path,
        batches=batches,
        exported=exported,
        files=tuple(files),
        verdicts=Counter(report.verdict for report in reports),
        trouble=tuple(report for report in reports if report.verdict is not Verdict.CURRENT),
    )


def verify_files(home: Home, files: Sequence[Path]) -> Iterator[Report]:
    """Verify files as they lie on disk, as many at once as there are processors."""
    verifier, now = home.verifier(), home.now()
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        yield from pool.map(lambda file: verifier.verify(file.read_bytes(), file.name, now), files)


def _clear(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir() or any(each.name not in _WRITTEN for each in out.iterdir()):
        raise InputError(f"{out} holds other things than a demonstration.", remedy="Choose an empty directory.")
    settings = out / "home" / SETTINGS_FILE
    if settings.exists() and load_settings(out / "home").mode is not Mode.DEMO:
        raise InputError(f"{out} holds a home that is no demonstration.", remedy="Choose another directory.")
    shutil.rmtree(out)


def _processes(documents: int) -> int:
    """Choose one process for a small batch: starting more costs more than they save."""
    return (os.cpu_count() or 1) if documents >= _LARGE_BATCH else 1


def _checked(file: Path, home: Home) -> CheckedOffering:
    return check_offering_file(file.read_bytes(), filename=file.name, base_url=home.settings.base_url)


def _cohorts(count: int | None, seed: int) -> Iterable[tuple[str, bytes]]:
    for name in COHORTS if count is None else COHORTS[:1]:
        yield Path(name).name, example(name).read_bytes()
    if count is not None:
        yield f"made-up-{count}.csv", made_up_cohort(count, seed)


def _issue(home: Home, name: str, content: bytes, say: Callable[[str], None]) -> str:
    """Take one cohort from its file to publication, by two people."""
    preparer, approver = Office(home, "preparer"), Office(home, "approver")
    reading = preparer.read_cohort(content, name)
    if reading.errors:
        raise RuleError(f"{name} has {len(reading.errors)} errors.", remedy="See: vc-issuer import")
    sha256 = hashlib.sha256(content).hexdigest()
    batch_id = preparer.import_cohort(reading, sha256=sha256, title=name, dry_run=False).batch_id
    report = preparer.prepare(batch_id)
    say(f"{name}: {len(reading.records)} learners, {report.documents} documents due")
    approver.approve(batch_id, report.digest)
    approver.sign(batch_id, processes=_processes(report.documents))
    preparer.publish(batch_id)
    return batch_id
