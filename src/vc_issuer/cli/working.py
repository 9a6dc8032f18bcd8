"""`worker`: sign chunks of batches from the queue, on this machine, until told to stop."""

from typing import Annotated

import typer

from vc_issuer.cli.context import Context
from vc_issuer.cli.output import speaking
from vc_issuer.wiring.working import run_workers


@speaking
def worker(
    context: typer.Context,
    processes: Annotated[int, typer.Option("--processes", min=1, max=64, help="Workers; one a core is enough.")] = 1,
    until_empty: Annotated[bool, typer.Option("--until-empty", help="End when nothing waits.")] = False,
) -> None:
    """Sign chunks that `batch sign` put into the queue. Stop it with Ctrl-C or SIGTERM: a chunk begun is finished.

    Needs a home whose database is PostgreSQL, and the home's keys on this machine.
    """
    options: Context = context.obj
    run_workers(options.home, processes, until_empty=until_empty)
