"""`bench`: the project's own benchmark, in signatures of this core."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from vc_issuer.bench.clock import UnitClock
from vc_issuer.bench.plot import draw_plot
from vc_issuer.bench.row import Row
from vc_issuer.bench.run import COUNT, as_json, run_rows
from vc_issuer.cli.output import complain, console, print_json, speaking


@speaking
def bench(
    work: Annotated[list[str] | None, typer.Option("--work", metavar="NAME", help="Measure this row alone.")] = None,
    peer: Annotated[bool, typer.Option("--peer", help="Measure other implementations in turn.")] = False,
    count: Annotated[int, typer.Option("--count", min=1, help="Documents of a batch that is stored.")] = COUNT,
    postgresql: Annotated[
        str, typer.Option("--postgresql", metavar="URL", help="Measure workers too, in a schema of this database.")
    ] = "",
    plot: Annotated[Path | None, typer.Option("--plot", metavar="FILE", help="Draw the rows as SVG.")] = None,
    as_json_too: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Measure what work costs, in Ed25519 signatures of the same core in the same run."""
    clock, rows = UnitClock(), list[Row]()
    for row in run_rows(work or [], clock, with_peers=peer, count=count, postgresql=postgresql):
        rows.append(row)
        complain(f"{row.work}: {row.cost.units:.1f} units")
    if plot is not None:
        plot.write_text(draw_plot(rows, clock.unit_us), encoding="utf-8")
    if as_json_too:
        print_json(as_json(rows, clock))
        return
    table = Table("work", "units", "µs", "a second", "peers: times as much", title=f"unit: {clock.unit_us:.1f} µs")
    for row in as_json(rows, clock)["rows"]:
        ratios = "\n".join(f"{each['peer_ratio']:.1f} {each['peer']}" for each in row["peers"])
        table.add_row(row["work"], f"{row['units']:.1f}", f"{row['cpu_us']:.0f}", f"{row['per_s']:.0f}", ratios)
    console().print(table)
