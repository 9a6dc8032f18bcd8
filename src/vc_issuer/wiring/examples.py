"""The example data that ships with the project, and made-up cohorts of any size in its form."""

import csv
import io
import random
from pathlib import Path

from vc_issuer.errors import ConfigurationError

_PACKAGE = Path(__file__).resolve().parent.parent
_PLACES = (_PACKAGE / "examples", _PACKAGE.parent.parent / "examples")
_GIVEN = ("Amina", "Bram", "Chloë", "Dries", "Elif", "Femke", "Günther", "Hanne", "Ínés", "Jef", "Karolien", "Łukasz")
_FAMILY = ("Aerts", "D’Hondt", "De Smet", "García", "Nguyễn", "Ødegård", "Peeters", "van den Broeck", "Yılmaz", "Żółć")
_HEADINGS = ("studentennummer", "voornaam", "familienaam", "geboortedatum", "aanbod", "versie", "uitvoering")
_RESULT_HEADINGS = ("onderdeel", "punt", "inschrijving", "evaluatiedatum")


def example(name: str) -> Path:
    """Return an example file, such as `offerings/mc01.toml`. Raises ConfigurationError."""
    found = next((place / name for place in _PLACES if (place / name).is_file()), None)
    if found is None:
        raise ConfigurationError(f"the example {name} is missing.", remedy="Install the package again.")
    return found


def made_up_cohort(count: int, seed: int) -> bytes:
    """Write a cohort of MC03 with `count` learners, the same for the same seed; about one in twelve results fails."""
    # Not a secret: names and marks of people who do not exist.
    chance = random.Random(seed)  # noqa: S311
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow((*_HEADINGS, *_RESULT_HEADINGS))
    for number in range(1, count + 1):
        born = f"{chance.randint(1960, 2003)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        person = (f"{9_000_000 + number:07d}", chance.choice(_GIVEN), chance.choice(_FAMILY), born)
        for component, day in (("MC03-A", "2025-01-20"), ("MC03-B", "2025-06-12")):
            mark = chance.choice((7, 9, *range(10, 20), *range(10, 20)))
            result = (component, str(mark), "creditcontract", day)
            writer.writerow((*person, "MC03", "2024-2025", "2024-2025", *result))
    return text.getvalue().encode("utf-8-sig")
