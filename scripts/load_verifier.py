"""Load the verifier on loopback: many verifications at once, some of them hostile; no honest one may fail.

    python scripts/load_verifier.py demo-out [--at-once 200] [--rounds 3] [--json]

It serves a copy of the demonstration's home in a process of its own and prints latency, throughput and memory.
Exit code 1: an honest file got anything but `current`, or a hostile one broke something.
"""

import argparse
import asyncio
import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

SERVE = "from vc_issuer.cli.main import main; main()"
HOSTILE_SHARE = 0.05
START_S = 120
REQUEST_S = 600
CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]


@dataclass
class Outcome:
    """What came of one round."""

    seconds: list[float] = field(default_factory=list)
    honest: Counter[str] = field(default_factory=Counter)
    hostile: Counter[str] = field(default_factory=Counter)


def hostile_files() -> list[tuple[str, bytes]]:
    """Make files that mean harm: depth, width, a clique of blank nodes, bombs of PNG and PDF, and rubbish."""
    nodes = [{"type": "Achievement", "related": [{"id": f"_:b{m}"} for m in range(8) if m != n]} for n in range(8)]
    clique = {"@context": CONTEXTS, "type": ["VerifiableCredential", "OpenBadgeCredential"], "credentialSubject": nodes}
    bomb = zlib.compress(b"\0" * 50_000_000, 9)
    chunk = b"iTXtopenbadgecredential\0\1\0\0\0" + bomb
    png = b"\x89PNG\r\n\x1a\n" + len(chunk[4:]).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    pdf = (
        b"%PDF-1.7\n1 0 obj<</Length "
        + str(len(bomb)).encode()
        + b"/Filter/FlateDecode>>stream\n"
        + bomb
        + b"\nendstream"
    )
    return [
        ("deep.json", b"[" * 200_000),
        ("wide.json", json.dumps({str(n): [{}] * 5 for n in range(30_000)}).encode()),
        ("clique.json", json.dumps(clique).encode()),
        ("bomb.png", png),
        ("bomb.pdf", pdf),
        ("number.json", b'{"a": ' + b"9" * 200_000 + b"}"),
        ("rubbish.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 4_000),
    ]


def honest_files(demonstration: Path) -> list[tuple[str, bytes]]:
    """Read every kind of file that the demonstration issued and that is still current."""
    manifest = json.loads((demonstration / "manifest.json").read_bytes())
    current = [entry for entry in manifest["credentials"] if entry["status"] == "current"]
    names = [entry["files"][kind] for entry in current for kind in ("ob3", "elm", "pdf")]
    return [(name, (demonstration / name).read_bytes()) for name in names]


def served_copy(demonstration: Path, folder: Path) -> Path:
    """Copy the home, and let one address ask as often as this test does."""
    home = shutil.copytree(demonstration / "home", folder / "home")
    settings = home / "settings.toml"
    text = re.sub(r"(?m)^verifications_per_minute.*$", "", settings.read_text(encoding="utf-8"))
    if "[serve]" not in text:
        text += "\n[serve]\n"
    settings.write_text(text.replace("[serve]", "[serve]\nverifications_per_minute = 1000000"), encoding="utf-8")
    return home


def memory_mib(pid: int) -> float:
    """Return the resident memory of a process and all that descend from it, in MiB (Linux)."""
    parents: dict[int, int] = {}
    resident: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            values = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
        except OSError:
            continue  # it ended meanwhile
        process = int(status.parent.name)
        parents[process] = int(values["PPid"])
        resident[process] = int(values.get("VmRSS", "0 kB").split()[0])
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family and child not in family}:
        family |= more
    return sum(resident.get(process, 0) for process in family) / 1024


async def one_round(client: httpx2.AsyncClient, files: list[tuple[bool, str, bytes]]) -> Outcome:
    """Send all files at once, each in a request of its own."""
    outcome = Outcome()

    async def verify(is_honest: bool, name: str, content: bytes) -> None:
        started = time.perf_counter()
        try:
            answer = await client.post("/verify", files={"files": (name, content)})
        except httpx2.TransportError as error:
            said = f"{type(error).__name__} of {Path(name).suffix}"
        else:
            said = answer.json()["reports"][0]["verdict"] if answer.status_code == 200 else f"HTTP {answer.status_code}"
        (outcome.honest if is_honest else outcome.hostile)[said] += 1
        if is_honest:
            outcome.seconds.append(time.perf_counter() - started)

    await asyncio.gather(*(verify(*file) for file in files))
    return outcome


def mixed(honest: list[tuple[str, bytes]], at_once: int) -> list[tuple[bool, str, bytes]]:
    """Spread the hostile files evenly among the honest ones."""
    hostile, every = hostile_files(), round(1 / HOSTILE_SHARE)
    return [
        (False, *hostile[n // every % len(hostile)]) if n % every == every // 2 else (True, *honest[n % len(honest)])
        for n in range(at_once)
    ]


async def load(address: str, pid: int, files: list[tuple[bool, str, bytes]], rounds: int) -> dict[str, object]:
    """Run the rounds and measure them."""
    # Each request is another person's: a connection of its own, and none that the server closes as it is used again.
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx2.AsyncClient(base_url=address, timeout=REQUEST_S, limits=limits) as client:
        await client.post("/verify", files={"files": files[0][1:]})  # the children start with the first file
        memory, outcomes, started = [memory_mib(pid)], [], time.perf_counter()
        for _ in range(rounds):
            outcomes.append(await one_round(client, files))
            memory.append(memory_mib(pid))
        elapsed_s = time.perf_counter() - started
    seconds = sorted(second for outcome in outcomes for second in outcome.seconds)
    return {
        "at_once": len(files),
        "rounds": rounds,
        "honest": dict(sum((outcome.honest for outcome in outcomes), Counter())),
        "hostile": dict(sum((outcome.hostile for outcome in outcomes), Counter())),
        "per_s": round(len(files) * rounds / elapsed_s, 1),
        "median_s": round(statistics.median(seconds), 2),
        "p95_s": round(seconds[int(len(seconds) * 0.95)], 2),
        "longest_s": round(seconds[-1], 2),
        "memory_mib": [round(each) for each in memory],
    }


def main() -> int:
    """Serve, load, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("demonstration", type=Path)
    parser.add_argument("--at-once", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        home = served_copy(options.demonstration, Path(folder))
        command = [sys.executable, "-c", SERVE, "--home", str(home), "serve", "--port", str(port)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 our own program
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address)
            files = mixed(honest_files(options.demonstration), options.at_once)
            result = asyncio.run(load(address, server.pid, files, options.rounds))
        finally:
            server.terminate()
            server.wait()
    print(json.dumps(result, indent=1))
    return int(set(result["honest"]) != {"current"} or not set(result["hostile"]) <= {"unreadable", "not-genuine"})


def wait_for(address: str) -> None:
    """Wait until the server answers."""
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            httpx2.get(f"{address}/healthz", timeout=5)
        except httpx2.TransportError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    sys.exit(main())
