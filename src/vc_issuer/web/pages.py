"""Pages for people: templates, language, and the view of a verdict. Everything is escaped."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from vc_issuer.errors import ConfigurationError
from vc_issuer.model.report import Report, Verdict
from vc_issuer.rendering.printout import level_lines
from vc_issuer.web.wording import LANGUAGE_NAMES, LANGUAGES, VERDICTS, choose_language, sayer, write_date

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"

_TEMPLATES = (
    "achievement.html",
    "base.html",
    "credential.html",
    "issuer.html",
    "notice.html",
    "parts.html",
    "results.html",
    "verify.html",
)

# Facts of a file that is not what its issuer signed are nobody's statement: they are not shown.
_SHOWN = frozenset(Verdict) - {Verdict.NOT_GENUINE, Verdict.UNREADABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictView:
    """A verdict as a page shows it: a tone, one sentence, one piece of advice."""

    tone: str
    sentence: str
    advice: str

    @property
    def short(self) -> str:
        """Return the sentence for a table cell."""
        return self.sentence


def view_of(report: Report, language: str) -> VerdictView:
    """Return the view of a report's verdict in `language`."""
    tone, sentences, advice = VERDICTS[report.verdict]
    position = LANGUAGES.index(language)
    return VerdictView(tone=tone, sentence=sentences[position], advice=advice[position])


def result_of(report: Report, language: str) -> dict[str, Any]:
    """Return what `results.html` shows of one report."""
    return {"report": report, "view": view_of(report, language), "shown": report.verdict in _SHOWN}


def wants_html(request: Request) -> bool:
    """Tell whether a person's browser asks: HTML is named, which `*/*` does not do."""
    return "text/html" in request.headers.get("accept", "")


class Pages:
    """Render templates in the language that the request asks for."""

    def __init__(self, *, issuer_name: str, host: str, demo: bool) -> None:
        self._common = {"issuer_name": issuer_name, "host": host, "demo": demo, "languages": LANGUAGES}
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=False
        )
        self._environment.globals["level_lines"] = level_lines
        self._check_templates()

    def _check_templates(self) -> None:
        """Compile every template now, so that a missing or broken one stops the start and not a reader."""
        for name in _TEMPLATES:
            try:
                self._environment.get_template(name)
            except TemplateError as error:
                raise ConfigurationError(
                    f"the page template {name} is missing or broken.", remedy="Install vc_issuer again."
                ) from error

    def language(self, request: Request) -> str:
        """Choose the language of the answer."""
        return choose_language(request.query_params.get("lang"), request.headers.get("accept-language", ""))

    def render(self, request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Render one template with the words and values that every page has."""
        language = self.language(request)
        say = sayer(language)
        asked = request.query_params.get("lang")
        context = {
            **self._common,
            "language": language,
            "language_query": f"?lang={asked}" if asked in LANGUAGES else "",
            "language_name": LANGUAGE_NAMES.__getitem__,
            "say": say,
            "format_date": lambda day: write_date(day, language),
            "kind_name": lambda kind: say(kind) if kind in {"certificate", "credit-certificate"} else "",
            "here": "",
            "private": False,
            **values,
        }
        text = self._environment.get_template(template).render(context)
        return HTMLResponse(text, status_code=status, headers={"Vary": "Accept, Accept-Language"})

    def notice(self, request: Request, *, status: int, heading: str, message: str) -> HTMLResponse:
        """Render a page that says one thing."""
        return self.render(request, "notice.html", status=status, heading=heading, message=message)
