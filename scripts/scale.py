"""Issue as much as a home will ever hold, and tell whether memory stays flat and time linear.

    python scripts/scale.py badges --count 1000000
    python scripts/scale.py twins --count 100000 [--postgresql postgresql+psycopg://127.0.0.1/postgres]

`badges` issues badges one after the other, reads each back and compares it byte for byte (`scale_badges.py`). `twins`
takes a batch from its cohort files to its publication through the command line, while processes are killed
(`scale_twins.py`). Both print progress, and at the end one JSON object. Exit code 1: something is missing, doubled,
different or not genuine, or a process took more than LIMIT_MIB.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from scale_badges import run_badges
from scale_twins import Wanted, is_whole, run_twins

LIMIT_MIB = 400


def main() -> int:
    """Run one part and say what is there at the end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    badges = parts.add_parser("badges", help="issue badges one after the other, and read them back")
    badges.add_argument("--count", type=int, default=1_000_000)
    twins = parts.add_parser("twins", help="take a batch through its life by the command line, and kill processes")
    twins.add_argument("--count", type=int, default=100_000, help="documents, about")
    twins.add_argument("--postgresql", default="", metavar="URL", help="instead of SQLite; in a schema of its own")
    twins.add_argument("--verify", type=int, default=2000, help="documents whose credentials are all verified")
    twins.add_argument("--export", action="store_true", help="write the files too, PDFs among them")
    twins.add_argument("--seed", type=int, default=2025)
    for part in (badges, twins):
        part.add_argument("--folder", type=Path, default=None, help="where the home is made, and taken away again")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scale-", dir=chosen.folder) as folder:
        found, is_good = _badges(Path(folder), chosen) if chosen.part == "badges" else _twins(Path(folder), chosen)
    print(json.dumps(found, indent=1))
    return 0 if is_good else 1


def _badges(folder: Path, chosen: argparse.Namespace) -> tuple[dict[str, Any], bool]:
    found = run_badges(folder, chosen.count)
    is_whole = found["read_back"] == chosen.count and not found["blocks_that_differ"]
    return found, is_whole and set(found["verified_again"]) <= {"current"} and found["peak_mib"] <= LIMIT_MIB


def _twins(folder: Path, chosen: argparse.Namespace) -> tuple[dict[str, Any], bool]:
    found = run_twins(
        folder,
        Wanted(
            count=chosen.count,
            verify=chosen.verify,
            seed=chosen.seed,
            postgresql=chosen.postgresql,
            is_exported=chosen.export,
        ),
    )
    is_flat = all(each["peak_mib"] <= LIMIT_MIB for each in found["processes"].values())
    return found, is_flat and is_whole(found)


if __name__ == "__main__":
    sys.exit(main())
