"""Pages for people: templates and language. Everything is escaped."""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from vc_issuer.errors import ConfigurationError
from vc_issuer.recognition.wording import write_number
from vc_issuer.web.wording import LANGUAGE_NAMES, LANGUAGES, choose_language, page_texts, sayer, write_date

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"

_TEMPLATES = (
    "achievement.html",
    "base.html",
    "batch.html",
    "batches.html",
    "console.html",
    "credential.html",
    "docs.html",
    "findings.html",
    "import.html",
    "issuer.html",
    "notice.html",
    "parts.html",
    "progress.html",
    "results.html",
    "review.html",
    "sign_in.html",
    "stack.html",
    "verify.html",
)


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

    def asked_language(self, request: Request) -> str:
        """Return the language that the address asks for, or an empty string."""
        asked = request.query_params.get("lang", "")
        return asked if asked in LANGUAGES else ""

    def render(self, request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Render one template with the words and values that every page has."""
        language = self.language(request)
        say = sayer(language)
        asked = self.asked_language(request)
        context = {
            **self._common,
            "language": language,
            "language_query": f"?lang={asked}" if asked else "",
            "language_name": LANGUAGE_NAMES.__getitem__,
            "say": say,
            "format_date": lambda day: write_date(day, language),
            "format_moment": lambda moment: f"{write_date(moment.date(), language)}, {moment:%H:%M} UTC",
            "format_number": lambda value: write_number(value, language),
            "kind_name": lambda kind: say(kind) if kind in {"certificate", "credit-certificate"} else "",
            "here": "",
            "private": False,
            **values,
        }
        text = self._environment.get_template(template).render(context)
        return HTMLResponse(text, status_code=status, headers={"Vary": "Accept, Accept-Language"})

    def notice(self, request: Request, *, status: int, heading: str, message: str) -> HTMLResponse:
        """Render a page that says one thing."""
        return self.render(request, "notice.html", status=status, heading=heading, message=message, detail="")

    def problem(self, request: Request, *, status: int, detail: str) -> HTMLResponse:
        """Render a page for what went wrong: a heading in the reader's language, and what the application says."""
        say = sayer(self.language(request))
        known = f"problem.{status}"
        heading = say(known if known in page_texts() else "problem.other")
        return self.render(request, "notice.html", status=status, heading=heading, message="", detail=detail)
