"""Several awards of one learner beside a receiver's own target: `GET /stack` and `POST /stack`. Nothing is kept."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from vc_issuer.recognition.awards import Award, all_awards
from vc_issuer.recognition.stack_answer import stack_as_json, stack_in_words
from vc_issuer.recognition.stacking import Stack, stack_awards
from vc_issuer.recognition.target import Target, read_target
from vc_issuer.recognition.wording import write_moment
from vc_issuer.web.pages import Pages, wants_html
from vc_issuer.web.schemas import StackShape, files_body, problems
from vc_issuer.web.target_form import FIELDS, target_of_form
from vc_issuer.web.verify import Given, VerifyService, read_given
from vc_issuer.web.wording import sayer
from vc_issuer.wiring.home import Home

_SETTINGS = frozenset({*FIELDS, "target", "one_learner"})


def stack_router(home: Home, pages: Pages, service: VerifyService) -> APIRouter:
    """Return the routes of stacking."""
    router = APIRouter(tags=["verifier"])
    most = home.settings.serve.max_files

    @router.get("/stack", include_in_schema=False)
    def stack_page(request: Request) -> Response:
        return pages.render(request, "stack.html", here="stack", stack=None, given={}, most_files=most)

    async def uploaded(request: Request) -> Given:
        """Read the files and the target of the request, within the limits."""
        return await read_given(request, most, _SETTINGS)

    @router.post(
        "/stack",
        summary="Look at several awards of one learner together",
        operation_id="stackFiles",
        openapi_extra=files_body(
            target={"type": "string", "description": "the target as TOML or JSON; else the fields title, ects, level"},
            one_learner={"type": "string", "enum": ["yes"], "description": "differing names are one person's"},
            **{name: {"type": "string"} for name in FIELDS},
        ),
        responses={
            200: {"model": StackShape, "description": "What counts and what does not", "content": {"text/html": {}}},
            **problems(400, 413, 422, 429),
        },
    )
    async def stack_files(request: Request, given: Annotated[Given, Depends(uploaded)]) -> Response:
        """Hold the files of a form against the target in its field or file `target`, or in its plain fields.

        Advisory: what counts, what counts twice, what is missing, with reasons; never a decision.
        """
        language = pages.language(request)
        target = _target(given, language)
        service.check_rate(request, len(given.files))
        reports, _ = await service.verify(given.files, language)
        awards = all_awards(reports)
        confirmed = given.settings.get("one_learner", "") == "yes"
        stack = await to_thread.run_sync(_stacked, awards, target, home, confirmed)
        if wants_html(request):
            response: Response = _as_page(request, pages, stack, given, most)
        else:
            response = JSONResponse(stack_as_json(stack, language, sayer(language)))
        response.headers["Cache-Control"] = "no-store"
        return response

    def _as_page(request: Request, pages: Pages, stack: Stack, given: Given, most: int) -> Response:
        language = pages.language(request)
        values: dict[str, Any] = {
            "stack": stack,
            "words": stack_in_words(stack, language, sayer(language)),
            "given": given.settings,
            "checked_at": write_moment(home.now()),
            "most_files": most,
        }
        return pages.render(request, "stack.html", here="stack", private=True, **values)

    return router


def _target(given: Given, language: str) -> Target:
    written = given.settings.get("target", "").strip()
    return read_target(written.encode()) if written else target_of_form(given.settings, language)


def _stacked(awards: tuple[Award, ...], target: Target, home: Home, confirmed: bool) -> Stack:
    return stack_awards(awards, target, home.now().date(), confirmed=confirmed)
