"""The bar that a terminal shows while a batch is signed: documents, how many a second, and the time left."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from vc_issuer.issuance.progress import signing_progress
from vc_issuer.web.progress_words import write_left, write_rate
from vc_issuer.web.wording import sayer
from vc_issuer.wiring.home import Home


@contextmanager
def signing_bar(home: Home, batch_id: str, out: Console, *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """Draw a bar of signed documents where `out` is a terminal; say nothing where there is none."""
    if not (shown and out.is_terminal):
        yield lambda _finished, _total: None
        return
    columns = (TextColumn("Signing"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}"))
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task("sign", total=None, pace="")

        def follow(_finished: int, _total: int) -> None:
            with home.database.reading() as session:
                found = signing_progress(session, batch_id, now=home.now())
            pace = ""
            if found.per_s and found.left_s is not None:
                say = sayer("en")
                pace = f"{write_rate(found.per_s, 'en', say)}, {write_left(found.left_s, 'en', say)}"
            bar.update(task, completed=found.signed, total=found.documents, pace=pace)

        yield follow
