"""What every page of the console is rendered with: who is signed in, and counts as people read them."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from vc_issuer.web.auth import Visit
from vc_issuer.web.pages import Pages
from vc_issuer.web.progress_words import write_count, write_left, write_rate
from vc_issuer.web.wording import sayer


class ConsolePages:
    """Render pages for whoever is signed in."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def language(self, request: Request) -> str:
        """Choose the language of the answer."""
        return self._pages.language(request)

    def query(self, request: Request) -> str:
        """Return what an address needs so that it keeps the language that was asked for."""
        asked = self._pages.asked_language(request)
        return f"?lang={asked}" if asked else ""

    def render(self, visit: Visit, template: str, *, status: int = 200, **values: Any) -> Response:
        """Render one template."""
        language = self.language(visit.request)
        say = sayer(language)
        words = {
            "format_count": lambda count: write_count(count, language),
            "format_rate": lambda per_s: write_rate(per_s, language, say),
            "format_left": lambda left_s: write_left(left_s, language, say),
        }
        return self._pages.render(visit.request, template, status=status, private=True, visit=visit, **words, **values)
