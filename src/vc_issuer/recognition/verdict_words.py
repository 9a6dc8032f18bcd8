"""The one sentence and the advice for a file: by its verdict, or by what it is where it is no credential at all."""

from typing import NamedTuple

from vc_issuer.model.report import OtherDocument, Report, Verdict
from vc_issuer.recognition.awards import Award
from vc_issuer.recognition.wording import Say

TONES = {
    Verdict.CURRENT: "good",
    Verdict.REVOKED: "bad",
    Verdict.NOT_GENUINE: "bad",
}  # every other verdict waits for somebody to look further


class VerdictWords(NamedTuple):
    """What a reader is told first: one sentence without a full stop, then what to do; and in which tone."""

    sentence: str
    advice: str
    tone: str = "wait"


def verdict_words(judged: Award | Report, say: Say) -> VerdictWords:
    """Return the words for one award or file. A forged list is above all a forgery."""
    if judged.other is not None and judged.verdict is not Verdict.NOT_GENUINE:
        return other_words(judged.other, say)
    name = f"verdict.{judged.verdict.value}"
    return VerdictWords(say(f"{name}.sentence"), say(f"{name}.advice"), TONES.get(judged.verdict, "wait"))


def other_words(other: OtherDocument, say: Say) -> VerdictWords:
    """Return the words for a document that is no credential: what it is, whose, how large, what to ask for."""
    name = f"other.{other.kind}"
    parts = [say(f"{name}.what")]
    if other.name:
        parts.append(say("other.known", name=other.name))
    elif other.of:
        parts.append(say("other.of", of=other.of))
    if other.count is not None:
        parts.append(say(f"{name}.count", count=other.count))
    parts.append(say("other.remedy"))
    return VerdictWords(say(f"{name}.sentence"), " ".join(parts))


def in_one_line(words: VerdictWords) -> str:
    """Return the sentence and the advice behind each other."""
    return f"{words.sentence}. {words.advice}"
