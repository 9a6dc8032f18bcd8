"""Signing in at the console: a cookie, a token of it in every form, and every change by POST alone (threats T7, T8).

The cookie holds 256 random bits and nothing else. Before signing in it ties a form to a browser; at signing in it is
replaced by one that the server knows. A second one, kept longer, says that the browser was used to sign in before
(`known_browsers`); it opens nothing. Public pages neither set nor read them.
"""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from anyio import CapacityLimiter, sleep, to_thread
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from vc_issuer.config import Mode
from vc_issuer.errors import RuleError
from vc_issuer.web.limits import FILE_BYTES, TokenBucket
from vc_issuer.web.pages import Pages
from vc_issuer.wiring.home import Home
from vc_issuer.wiring.signing_in import SignedIn, Tokens, sign_in, sign_out, signed_in

CONSOLE, SIGN_IN, SIGN_OUT = "/registrar", "/registrar/sign-in", "/registrar/sign-out"
FORM_BYTES = 16 * 1024  # a form of the console holds words and tokens, no file
MAX_FIELDS, MAX_FIELD_BYTES = 12, 4096
MAX_NAME = 200  # as the table of batches takes
ATTEMPTS_PER_MINUTE = 10  # an address; the account has a limit of its own
REFUSAL_S = 1.0  # no refusal comes sooner, whatever caused it: twice what a hash takes on a slow core
HASHES_AT_ONCE = 2  # argon2 takes 64 MiB and a core for each
BY_ITSELF = "refreshed"  # in the query of what a page asks for by itself: that keeps nobody signed in
KNOWN_FOR_S = 90 * 24 * 3600  # a browser that nobody signed in with for so long is a stranger again
_CONSOLE, _BROWSER = "vc_issuer_console", "vc_issuer_browser"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_TOKEN = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request by somebody who is signed in; `form_token` goes into every form."""

    request: Request
    who: SignedIn
    form_token: str = field(repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


class Upload(NamedTuple):
    """A file that came with a form, by the last part of its name; both empty if none was chosen."""

    name: str
    content: bytes


Show: TypeAlias = Callable[[Visit], Response]


def form_token_of(cookie: str) -> str:
    """Return what a form holds: made from the cookie, which can't be made from it."""
    return hashlib.sha256(f"form:{cookie}".encode()).hexdigest()


class Door:
    """Who comes in: reads the cookie, checks forms, and has pages and acts of the console answered off the loop."""

    def __init__(self, home: Home, pages: Pages) -> None:
        self._home = home
        self._pages = pages
        self._bucket = TokenBucket(ATTEMPTS_PER_MINUTE)
        self.hashing = CapacityLimiter(HASHES_AT_ONCE)

    def routes(self) -> APIRouter:
        """Return the routes of signing in and out."""
        router = APIRouter(include_in_schema=False)
        router.get(SIGN_IN)(self._sign_in_page)
        router.post(SIGN_IN)(self._sign_in)
        router.post(SIGN_OUT)(self.act(self._sign_out))
        return router

    def page(self, show: Show) -> Callable[[Request], Response]:
        """Return the endpoint of a page for whoever is signed in; anybody else is led to the form."""

        def endpoint(request: Request) -> Response:
            return show(self.visit(request))

        return endpoint

    def act(self, do: Show) -> Callable[[Request], object]:
        """Return the endpoint of a change: a form with the token of the session that sends it."""

        async def endpoint(request: Request) -> Response:
            """Read the form, then do what it asks for."""
            fields = await read_form(request)
            return await to_thread.run_sync(lambda: do(self._checked(request, fields)))

        return endpoint

    def upload(self, do: Callable[[Visit, Upload], Response]) -> Callable[[Request], object]:
        """Return the endpoint of a change that takes a file; whoever is not signed in sends it in vain."""

        async def endpoint(request: Request) -> Response:
            """Look who asks before reading what they send."""
            await to_thread.run_sync(self.visit, request)
            fields, given = await read_upload(request)
            return await to_thread.run_sync(lambda: do(self._checked(request, fields), given))

        return endpoint

    def visit(self, request: Request, fields: Mapping[str, str] | None = None) -> Visit:
        """Return who asks. Raises 303 to the form for whoever is not signed in, or no longer."""
        cookie = self._cookie(request)
        is_used = request.method == "POST" or BY_ITSELF not in request.query_params
        who = cookie and signed_in(self._home.database, cookie, now=self._home.now(), is_used=is_used)
        if not who:
            raise HTTPException(303, "sign in first", headers={"Location": SIGN_IN + self._query(request)})
        return Visit(request=request, who=who, form_token=form_token_of(cookie), fields=fields or {})

    def _checked(self, request: Request, fields: Mapping[str, str]) -> Visit:
        visit = self.visit(request, fields)
        check_form(request, fields, self._cookie(request))
        return visit

    def _cookie(self, request: Request) -> str:
        found = request.cookies.get(cookie_name(is_plain=self._is_plain(request)), "")
        return found if _TOKEN.fullmatch(found) else ""

    def _is_plain(self, request: Request) -> bool:
        """Tell whether a person tries this on the same machine, without TLS; production never is."""
        host = request.headers.get("host", "").rsplit(":", 1)[0]
        local = request.scope["scheme"] == "http" and host in _LOOPBACK
        return local and self._home.settings.mode is not Mode.PRODUCTION

    def _query(self, request: Request) -> str:
        asked = self._pages.asked_language(request)
        return f"?lang={asked}" if asked else ""

    def _give(
        self, response: Response, request: Request, token: str, *, name: str = _CONSOLE, kept_s: int | None = None
    ) -> None:
        is_plain = self._is_plain(request)
        key = cookie_name(name, is_plain=is_plain)
        response.set_cookie(key, token, max_age=kept_s, path="/", secure=not is_plain, httponly=True, samesite="strict")

    def _sign_in_page(self, request: Request) -> Response:
        cookie = self._cookie(request)
        if cookie and signed_in(self._home.database, cookie, now=self._home.now(), is_used=True):
            return RedirectResponse(CONSOLE + self._query(request), status_code=303)
        return self._form(request, cookie or secrets.token_hex(32))

    def _form(self, request: Request, cookie: str, *, refused: bool = False) -> Response:
        status = 403 if refused else 200
        values = {"form_token": form_token_of(cookie), "refused": refused}
        response = self._pages.render(request, "sign_in.html", status=status, private=True, **values)
        self._give(response, request, cookie)
        return response

    async def _sign_in(self, request: Request) -> Response:
        begun = time.monotonic()
        fields, cookie = await read_form(request), self._cookie(request)
        check_form(request, fields, cookie)
        wait = self._bucket.wait_s(request.client.host if request.client else "unknown")
        if wait:
            seconds = str(int(wait) + 1)
            raise HTTPException(429, f"too many attempts; try again in {seconds} s", headers={"Retry-After": seconds})
        name, password = fields.get("account", "").strip(), fields.get("password", "")

        browser = request.cookies.get(cookie_name(_BROWSER, is_plain=self._is_plain(request)), "")

        def attempt() -> Tokens:
            return sign_in(self._home.database, name, password, now=self._home.now(), browser=browser)

        try:
            tokens = await to_thread.run_sync(attempt, limiter=self.hashing)
        except RuleError:
            await sleep(max(0.0, begun + REFUSAL_S - time.monotonic()))
            return await to_thread.run_sync(lambda: self._form(request, cookie, refused=True))
        response = RedirectResponse(CONSOLE + self._query(request), status_code=303)
        self._give(response, request, tokens.sign_in)
        self._give(response, request, tokens.browser, name=_BROWSER, kept_s=KNOWN_FOR_S)
        return response

    def _sign_out(self, visit: Visit) -> Response:
        request = visit.request
        sign_out(self._home.database, self._cookie(request), now=self._home.now())
        response = RedirectResponse(SIGN_IN + self._query(request), status_code=303)
        is_plain = self._is_plain(request)
        response.delete_cookie(
            cookie_name(is_plain=is_plain), path="/", secure=not is_plain, httponly=True, samesite="strict"
        )
        return response


def cookie_name(name: str = _CONSOLE, *, is_plain: bool) -> str:
    """Name a cookie; browsers take `__Host-` over TLS alone, for this host and no other (RFC 6265bis 4.1.3.2)."""
    return name if is_plain else f"__Host-{name}"


async def read_form(request: Request) -> dict[str, str]:
    """Read a small form; a field that stands twice counts once. Raises 400 and 413."""
    _check_length(request, FORM_BYTES, f"a form of the console holds at most {FORM_BYTES // 1024} KiB")
    async with request.form(max_files=0, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


async def read_upload(request: Request) -> tuple[dict[str, str], Upload]:
    """Read a form with one file. Raises 400 and 413."""
    _check_length(request, FILE_BYTES, f"a file holds at most {FILE_BYTES // 2**20} MiB")
    async with request.form(max_files=1, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES) as form:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        files = [value for value in form.values() if not isinstance(value, str)]
        given = files[0] if files else None
        content = await given.read() if given else b""
        name = re.split(r"[/\\]", (given and given.filename) or "")[-1]
        return fields, Upload(name="".join(filter(str.isprintable, name))[-MAX_NAME:], content=content)


def _check_length(request: Request, most: int, sentence: str) -> None:
    """Return if a request says that it is no longer than `most` bytes; the server holds it to that. Raises 413."""
    declared = request.headers.get("content-length", "")
    if not declared.isdigit() or int(declared) > most:
        raise HTTPException(413, sentence)


def check_form(request: Request, fields: Mapping[str, str], cookie: str) -> None:
    """Return if a form was made for the browser that sends it. Raises 403."""
    # Browsers say where a request comes from; whoever says nothing is held to the token all the same.
    from_elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
    given = fields.get("form_token", "")
    if from_elsewhere or not cookie or not hmac.compare_digest(given.encode(), form_token_of(cookie).encode()):
        raise HTTPException(403, "this form is not of this sign-in; open the page again, and repeat what you did")
