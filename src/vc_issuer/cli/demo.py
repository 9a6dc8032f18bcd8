"""`demo`: the whole main job on example data, and what to open next."""

import time
from pathlib import Path
from typing import Annotated

import typer

from vc_issuer.cli.context import JsonFlag
from vc_issuer.cli.output import EXIT_NO, complain, console, print_json, speaking
from vc_issuer.wiring.demonstration import Demonstration, demonstrate


@speaking
def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where everything is written.")],
    count: Annotated[
        int | None, typer.Option("--count", min=1, max=100_000, help="A made-up cohort of so many learners.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="What the made-up cohort is drawn from.")] = 2025,
    as_json: JsonFlag = False,
) -> None:
    """Issue example cohorts end to end, and verify every file that was written. Runs again over its own output."""
    started = time.perf_counter()
    done = demonstrate(out, count=count, seed=seed, say=complain)
    elapsed = time.perf_counter() - started
    if as_json:
        print_json(
            {
                "manifest": str(done.exported.manifest),
                "documents": done.exported.documents,
                "verdicts": {verdict.value: number for verdict, number in done.verdicts.items()},
                "seconds": round(elapsed, 1),
            }
        )
    else:
        _summarise(done, elapsed)
    for report in done.trouble:
        complain(f"{report.file}: {report.verdict.value}")
    raise typer.Exit(EXIT_NO if done.trouble else 0)


def _summarise(done: Demonstration, elapsed: float) -> None:
    out = console()
    verdicts = ", ".join(f"{number} {verdict.value}" for verdict, number in done.verdicts.items())
    out.print(f"{done.exported.documents} documents in {elapsed:.0f} s; of {len(done.files)} files: {verdicts}")
    first = next(file for file in done.files if file.suffix == ".pdf")
    out.print("\nOpen next:", markup=False)
    out.print(f"  a certificate      {first}", markup=False)
    out.print(f"  what was issued    {done.exported.manifest}", markup=False)
    out.print(f"  the public pages   vc-issuer --home {done.home} serve", markup=False)
    out.print(f"  check a file       vc-issuer --home {done.home} verify {first}", markup=False)
