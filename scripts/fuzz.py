"""Fuzz every decoder of foreign bytes for a while: whatever is raised but an error of ours is a finding.

    python scripts/fuzz.py [--minutes 10] [--seed 1] [DECODER …]

With atheris installed the run is guided by coverage; without it, damage is random and the seed makes it repeatable. A
finding is written to fuzz-findings/ with its traceback, and becomes a test. Exit code 1 if there was one.
"""

import argparse
import hashlib
import importlib.util
import random
import sys
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "verification"), str(ROOT / "tests" / "formats")]

from property.decoders import DECODERS, Decoder  # noqa: E402 -- the tests' folder is on the path from here on
from property.mutations import mutated  # noqa: E402
from vc_issuer.errors import VcIssuerError  # noqa: E402

FINDINGS = ROOT / "fuzz-findings"
_MOST_FINDINGS = 5  # of one decoder: the rest are mostly the same


def attempt(decoder: Decoder, content: bytes) -> bool:
    """Return whether the decoder answered or refused in our words; else write the finding."""
    try:
        decoder.decode(content)
    except VcIssuerError:
        return True
    except Exception:  # noqa: BLE001 -- anything else is what is looked for
        FINDINGS.mkdir(exist_ok=True)
        name = f"{decoder.name.replace(' ', '-')}-{hashlib.sha256(content).hexdigest()[:12]}"
        (FINDINGS / f"{name}.bin").write_bytes(content)
        (FINDINGS / f"{name}.txt").write_text(traceback.format_exc(), encoding="utf-8")
        return False
    return True


def run_randomly(decoder: Decoder, seconds: float, seed: int) -> tuple[int, int]:
    """Damage seeds at random for `seconds`; returns attempts and findings."""
    chance = random.Random(f"{seed}/{decoder.name}")  # noqa: S311 -- repeatable on purpose
    corpus = list(decoder.seeds)
    deadline, attempts, findings = time.monotonic() + seconds, 0, 0
    while time.monotonic() < deadline and findings < _MOST_FINDINGS:
        content = mutated(chance.choice(corpus), chance)
        attempts += 1
        findings += not attempt(decoder, content)
        if attempts % 50 == 0 and len(corpus) < 500:
            corpus.append(content)  # what was damaged once is damaged further
    return attempts, findings


def run_guided(decoder: Decoder, seconds: float, seed: int) -> None:
    """Let atheris find the inputs; it ends the process by itself."""
    import atheris  # noqa: PLC0415 -- chosen where it is installed

    corpus = FINDINGS / "corpus" / decoder.name.replace(" ", "-")
    corpus.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(decoder.seeds):
        (corpus / f"seed-{number}").write_bytes(content)
    atheris.Setup(
        [sys.argv[0], str(corpus), f"-max_total_time={seconds:.0f}", f"-seed={seed}", "-max_len=65536"],
        lambda content: attempt(decoder, content),
    )
    atheris.Fuzz()


def main() -> int:
    """Run the decoders named, or all of them, each for its share of the time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("decoders", nargs="*", metavar="DECODER", help=", ".join(each.name for each in DECODERS))
    parser.add_argument("--minutes", type=float, default=10.0, help="for each decoder")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chosen = [each for each in DECODERS if not options.decoders or each.name in options.decoders]
    guided = importlib.util.find_spec("atheris") is not None and len(chosen) == 1
    total = 0
    for decoder in chosen:
        if guided:
            run_guided(decoder, options.minutes * 60, options.seed)
        attempts, findings = run_randomly(decoder, options.minutes * 60, options.seed)
        total += findings
        print(f"{decoder.name:12} {attempts:9} attempts, {findings} findings", flush=True)
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
