"""A sheet on paper: two blocks, genuineness and worth, with the time and the digest of the file that was checked."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest

from vc_issuer.model.report import Outcome
from vc_issuer.recognition.awards import Award
from vc_issuer.recognition.checks import check_lines
from vc_issuer.recognition.facts import Answer, Fact
from vc_issuer.recognition.sheet import Sheet, sheet_of
from vc_issuer.recognition.verdict_words import verdict_words
from vc_issuer.recognition.wording import Say, sayer, write_moment
from vc_issuer.rendering.sheets import PrintedBlock, PrintedEntry, PrintedSheet, render_sheets

_OUTCOME_TONES = {Outcome.PASSED: "good", Outcome.FAILED: "bad", Outcome.INDETERMINATE: "wait"}
_MOST_QUOTE = 1_200  # characters of one quote on paper; the page and the JSON have it whole


def print_sheets(awards: Sequence[Award], digests: Mapping[str, str], now: datetime, language: str) -> bytes:
    """Print a PDF with one sheet an award. `digests` gives the SHA-256 of a file by its name, where it is known."""
    printed = [_printed(award, digests.get(award.file, ""), now, language) for award in awards]
    return render_sheets(printed, now)


def _printed(award: Award, digest: str, now: datetime, language: str) -> PrintedSheet:
    say = sayer(language)
    sheet, words = sheet_of(award, now, language), verdict_words(award, say)
    subtitles = [f"{say('sheet.file')}: {award.file}"]
    if sheet and sheet.award.summary:
        subtitles.insert(0, sheet.award.summary.learner_name)
    foot = say("sheet.checked_at", when=write_moment(award.checked_at))
    if digest:
        foot += " " + say("sheet.digest", digest=digest)
    return PrintedSheet(
        language=language,
        kind=say("sheet.document"),
        title=sheet.title if sheet else award.file,
        subtitles=tuple(line for line in subtitles if line),
        sentence=words.sentence,
        tone=words.tone,
        advice=words.advice,
        blocks=(_genuine(award, say), *(_worth(sheet, say) if sheet else _withheld(award, say))),
        foot=foot,
    )


def _genuine(award: Award, say: Say) -> PrintedBlock:
    entries = [
        PrintedEntry(
            caption=f"{line.number}. {line.title}",
            remark=line.outcome_text,
            tone=_OUTCOME_TONES[line.outcome],
            lines=((line.sentence, "; ".join(dict.fromkeys(each.clause for each in line.details if each.clause))),),
        )
        for line in check_lines(award.checks, say)
    ]
    return PrintedBlock(heading=say("sheet.genuine"), entries=tuple(entries))


def _withheld(award: Award, say: Say) -> tuple[PrintedBlock, ...]:
    """Say that the worth of what is not proven isn't shown; what is no credential has none to hold back."""
    return () if award.other else (PrintedBlock(heading=say("sheet.title"), lead=say("sheet.withheld")),)


def _worth(sheet: Sheet, say: Say) -> list[PrintedBlock]:
    lead = say("sheet.advisory") if sheet.is_vouched else say("sheet.claimed")
    seven = tuple(_answer(answer, number, say) for number, answer in enumerate(sheet.answers, start=1))
    blocks = [PrintedBlock(heading=say("sheet.title"), lead=lead, entries=seven)]
    blocks.append(PrintedBlock(heading=say("age.title"), lead=" ".join(sheet.age.sentences)))
    if sheet.grade:
        group = PrintedEntry(
            caption=say("grade.group"),
            lines=((sheet.grade.group, ""), *((f"{label}: {count}", "") for label, count in sheet.grade.categories)),
        )
        lead = " ".join(sheet.grade.sentences)
        blocks.append(PrintedBlock(heading=say("grade.title"), lead=lead, entries=(group,)))
    elements = tuple(
        PrintedEntry(
            caption=say(f"annex.{name}"),
            lines=tuple(
                (f"{element.id}  {element.name}: {element.state_text}", "")
                for element in sheet.completeness.elements
                if element.id.startswith(series)
            ),
        )
        for series, name in (("A", "mandatory"), ("O", "optional"))
    )
    blocks.append(PrintedBlock(heading=say("annex.title"), lead=sheet.completeness.sentence, entries=elements))
    return blocks


def _answer(answer: Answer, number: int, say: Say) -> PrintedEntry:
    return PrintedEntry(
        caption=f"{number}. {answer.title}",
        remark=answer.rating_text,
        tone="good" if answer.good else "wait",
        lines=tuple(_facts(answer.facts, say)),
    )


def _facts(facts: tuple[Fact, ...], say: Say) -> Iterator[tuple[str, str]]:
    """Set facts below each other; neighbours of one source share the note that names it."""
    for fact, following in zip_longest(facts, facts[1:]):
        lines = [fact.text, *(f"– {quote[:_MOST_QUOTE]}" for quote in fact.quotes)]
        yield from ((line, "") for line in lines[:-1])
        is_last = following is None or following.source is not fact.source
        yield lines[-1], say(f"source.{fact.source.value}") if is_last else ""
