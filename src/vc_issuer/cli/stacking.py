"""`stack`: several awards of one learner against a receiver's own target; advice with reasons, never a decision."""

from pathlib import Path
from typing import Annotated

import typer

from vc_issuer.cli.checking import (
    AnchorOption,
    AtOption,
    IssuerOption,
    ReaderLanguageOption,
    StatusListOption,
    check_files,
    moment_of,
    pins_of,
    reader_language,
)
from vc_issuer.cli.context import Context, JsonFlag
from vc_issuer.cli.output import EXIT_NO, EXIT_UNSURE, console, print_json, speaking
from vc_issuer.errors import InputError
from vc_issuer.recognition.awards import all_awards
from vc_issuer.recognition.learners import Identity
from vc_issuer.recognition.stack_answer import stack_as_json, stack_in_words
from vc_issuer.recognition.stacking import Kind, Stack, stack_awards
from vc_issuer.recognition.target import Target, read_target
from vc_issuer.recognition.wording import sayer, write_number


@speaking
def stack(
    context: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="The learner's files, any carrier.")],
    target: Annotated[Path, typer.Option("--target", metavar="TARGET", help="Your target, as TOML or JSON.")],
    confirmed: Annotated[
        bool, typer.Option("--one-learner", help="You have checked that differing names are one person's.")
    ] = False,
    at: AtOption = "",
    issuer: IssuerOption = None,
    anchor: AnchorOption = None,
    status_list: StatusListOption = None,
    language: ReaderLanguageOption = "en",
    as_json: JsonFlag = False,
) -> None:
    """Look at several awards of one learner together: what counts, counts twice, or is missing.

    Exit code 0: everything that a machine can check is satisfied, and nobody has to look. 1: something is missing, or
    the awards are of different people. 3: a person has to look.
    """
    now, spoken = moment_of(at), reader_language(language)
    wanted = _target(target)
    options: Context = context.obj
    checked = check_files(options, files, pins_of(issuer, anchor, status_list), now, spoken)
    found = stack_awards(all_awards(checked.reports), wanted, now.date(), confirmed=confirmed)
    if as_json:
        print_json(stack_as_json(found, spoken, sayer(spoken)))
    else:
        _show(found, spoken)
    raise typer.Exit(_exit_code(found))


def _target(path: Path) -> Target:
    try:
        return read_target(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", remedy="Check the path.") from error


def _exit_code(found: Stack) -> int:
    if found.of_kind(Kind.MISSING) or found.identity.outcome is Identity.DIFFERENT:
        return EXIT_NO
    return EXIT_UNSURE if found.of_kind(Kind.HUMAN_NEEDED) or not found.is_added_up else 0


def _show(found: Stack, language: str) -> None:
    out, say = console(), sayer(language)
    words = stack_in_words(found, language, say)
    out.print(say("stack.target", title=found.target.title), markup=False)
    for sentence in (*words.sentences, *words.reasons):
        out.print(sentence, markup=False)
    if found.is_added_up:
        out.print(say("stack.earned", credits=write_number(found.earned, language)), markup=False)
    for _, heading, entries in words.findings:
        out.print(f"{heading}:", markup=False)
        for text, files in entries:
            about = f" [{', '.join(files)}]" if files else ""
            out.print(f"  - {text}{about}", markup=False)
    if words.left_out:
        out.print(f"{say('stack.left_out')}:", markup=False)
        for file, reason in words.left_out:
            out.print(f"  - {file}: {reason}", markup=False)
    out.print(say("stack.advisory"), markup=False)
