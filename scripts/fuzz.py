"""Fuzz every decoder of foreign bytes for a while: whatever is raised but an error of ours is a finding.

    python scripts/fuzz.py [--minutes 10] [--seed 1] [--at-once 2] [--random] [DECODER …]
    python scripts/fuzz.py --table

Each decoder runs in a process of its own. With atheris installed (it is not among the locked dependencies) the run is
guided by the coverage of this project and of the Python libraries that it decodes with; else, or with --random, damage
is random, and the seed makes it repeatable as far as the keys that signed the samples are. More than 5 s of CPU time or
1 GiB for one input is a finding too, and so is a process that dies; the run goes on after it. Findings lie in
fuzz-findings/, each place in the code once, and become tests. Prints a table; exit code 1 if there was a finding.
"""

import argparse
import importlib.util
import json
import logging
import random
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from property.decoder import Decoder

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / part) for part in ("", "verification", "formats", "securing")]
FINDINGS = ROOT / "fuzz-findings"
# Ours, and the Python parts of what it decodes with; what lies below in C, Rust or C++ can't be traced.
TRACED = ["vc_issuer", "pikepdf", "PIL", "signxml", "pypdfium2", "tomllib", "http", "email", "zipfile"]
HEAD = "| decoder | minutes | way | attempts | findings |\n|---|---|---|---|---|"
_LEAST_S = 3.0  # less than this before its end, a process that died is not started again
_MOST_DEATHS = 20


@dataclass(frozen=True)
class Run:
    """What one decoder's run came to."""

    decoder: str
    is_guided: bool
    seconds: int
    attempts: int
    findings: int


def traced() -> AbstractContextManager[Any]:
    """Return what to import under: atheris traces only what is imported while it looks."""
    if importlib.util.find_spec("atheris") is None:
        return nullcontext()
    import atheris  # noqa: PLC0415 -- where it is installed

    return atheris.instrument_imports(include=TRACED, enable_loader_override=False)


def fuzz_here(name: str, seconds: float, seed: int, *, is_guided: bool) -> None:
    """Fuzz one decoder in this process, which may die of it."""
    with traced() if is_guided else nullcontext():
        from property.decoders import DECODERS  # noqa: PLC0415 -- only now is it traced
    from property.watching import Findings, Record, attempt, limit_space  # noqa: PLC0415

    logging.disable()  # libraries remark on what is damaged
    decoder = next(each for each in DECODERS if each.name == name)
    record, findings = Record(record_of(name)), Findings(FINDINGS)
    for content in decoder.seeds:
        attempt(decoder, content, record, findings)
    limit_space()

    def once(content: bytes) -> None:
        attempt(decoder, content, record, findings)

    if is_guided:
        run_guided(decoder, once, seconds, seed)
    else:
        run_randomly(decoder, once, seconds, seed)


def run_randomly(decoder: "Decoder", once: Callable[[bytes], None], seconds: float, seed: int) -> None:
    """Damage seeds at random for `seconds`."""
    from property.mutations import mutated  # noqa: PLC0415

    chance = random.Random(f"{seed}/{decoder.name}")  # noqa: S311 -- repeatable on purpose
    corpus = list(decoder.seeds)
    deadline, attempts = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        # Half of the time from a seed: what is damaged again and again soon holds nothing that a decoder looks into.
        content = mutated(chance.choice(decoder.seeds if chance.random() < 0.5 else corpus), chance)
        once(content)
        attempts += 1
        if attempts % 50 == 0 and len(corpus) < 500:
            corpus.append(content)  # what was damaged once is damaged further


def run_guided(decoder: "Decoder", once: Callable[[bytes], None], seconds: float, seed: int) -> None:
    """Let atheris look for inputs that reach new code; it ends the process by itself."""
    import atheris  # noqa: PLC0415 -- where it is installed

    from property.mutations import mutated  # noqa: PLC0415

    def change(content: bytes, most: int, number: int) -> bytes:
        chance = random.Random(number)  # noqa: S311 -- repeatable on purpose
        if chance.random() < 0.5:  # its own changes know no formats, ours know what parsers stumble over
            return atheris.Mutate(content, most)
        return mutated(content, chance)[:most]

    corpus = FINDINGS / "corpus" / decoder.name.replace(" ", "-")
    corpus.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(decoder.seeds):
        (corpus / f"seed-{number}").write_bytes(content)
    longest = max(65_536, 2 * max(map(len, decoder.seeds)))
    limits = ["-timeout=600", "-rss_limit_mb=0", f"-artifact_prefix={FINDINGS / 'died-'}"]  # ours are held by attempt()
    arguments = [f"-max_total_time={seconds:.0f}", f"-seed={seed}", f"-max_len={longest}", *limits]
    atheris.Setup([sys.argv[0], str(corpus), *arguments], once, custom_mutator=change)
    atheris.Fuzz()


def record_of(name: str) -> Path:
    """Return where a run keeps its counts, and beside it its log."""
    return FINDINGS / "runs" / f"{name.replace(' ', '-')}.record"


def fuzz_apart(name: str, seconds: float, seed: int, *, is_guided: bool) -> Run:
    """Fuzz one decoder in a process of its own, and in a further one for the rest of the time if that dies."""
    from property.watching import Findings, Record  # noqa: PLC0415

    record_of(name).unlink(missing_ok=True)
    record, findings = Record(record_of(name)), Findings(FINDINGS)
    deaths = 0
    while (left := seconds - record.seconds) > _LEAST_S and deaths < _MOST_DEATHS:
        ways = [] if is_guided else ["--random"]
        command = [
            sys.executable,
            __file__,
            "--here",
            name,
            "--seconds",
            str(left),
            "--seed",
            str(seed + deaths),
            *ways,
        ]
        with record_of(name).with_suffix(".log").open("ab") as log:
            code = subprocess.run(command, stdout=log, stderr=log, check=False).returncode  # noqa: S603 -- ourselves
        if code:
            deaths += 1
            findings.add(name, f"died with {code}", record.content, "The process ended; its log lies in runs/.")
        elif record.seconds < _LEAST_S:
            raise SystemExit(f"{name} was not fuzzed; see {record_of(name).with_suffix('.log')}")
    found = len(findings.of(name))
    run = Run(name, is_guided, round(record.seconds), record.attempts, found)
    record_of(name).with_suffix(".json").write_text(json.dumps(asdict(run)), encoding="utf-8")
    return run


def row_of(run: Run) -> str:
    """Return a run's line of the table in docs/fuzzing.md."""
    way = "guided" if run.is_guided else "random"
    return f"| {run.decoder} | {run.seconds / 60:.1f} | {way} | {run.attempts:,} | {run.findings} |"


def main() -> int:
    """Run the decoders named, or all of them, each for its share of the time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("decoders", nargs="*", metavar="DECODER", help="all, if none is named")
    parser.add_argument("--minutes", type=float, default=10.0, help="for each decoder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=2, help="how many decoders run side by side")
    parser.add_argument("--random", action="store_true", help="do without atheris")
    parser.add_argument("--table", action="store_true", help="fuzz nothing, and print what the last runs came to")
    parser.add_argument("--here", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    is_guided = not options.random and importlib.util.find_spec("atheris") is not None
    if options.here:
        fuzz_here(options.here, options.seconds, options.seed, is_guided=is_guided)
        return 0
    from property.decoders import DECODERS  # noqa: PLC0415 -- a process that is guided imports it later

    names = [each.name for each in DECODERS if not options.decoders or each.name in options.decoders]
    print(HEAD)
    if options.table:
        kept = (record_of(name).with_suffix(".json") for name in names)
        print("\n".join(row_of(Run(**json.loads(path.read_text(encoding="utf-8")))) for path in kept if path.exists()))
        return 0
    total = 0
    with ThreadPoolExecutor(options.at_once) as pool:
        asked = [
            pool.submit(fuzz_apart, name, options.minutes * 60, options.seed, is_guided=is_guided) for name in names
        ]
        for each in asked:
            print(row_of(each.result()), flush=True)
            total += each.result().findings
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
