"""A browser at the registrar's console, for tests: forms are filled in as the page gives them."""

import html
import re

from fastapi.testclient import TestClient

from offices import make, office_of
from vc_issuer.web.app import create_app
from vc_issuer.wiring.home import open_home
from vc_issuer.wiring.passwords import set_password

BASE = "https://credentials.uzb.example"
HTML = {"accept": "text/html,*/*;q=0.8", "accept-language": "en"}
PASSWORD = "een lange zin om te onthouden"
COOKIE = "__Host-vc_issuer_console"
_TOKEN = re.compile(r'name="(form_token|digest|seen)" value="([^"]*)"')


def home_with_passwords(path, *accounts, **changes):
    """Make a home in which these accounts have a password."""
    make(path, **changes)
    give_passwords(path, *accounts)
    return path


def give_passwords(path, *accounts):
    with office_of(path) as office:
        for account in accounts or ("preparer", "approver"):
            set_password(office.home.database, account, PASSWORD, deed=office.deed())


class Browser:
    """One browser: its own cookies, and the hidden fields of the page that it shows."""

    def __init__(self, app, base_url=BASE):
        self.client = TestClient(app, base_url=base_url, follow_redirects=False, raise_server_exceptions=False)
        self.hidden = {}

    def get(self, path, **headers):
        return self._shown(self.client.get(path, headers={**HTML, **headers}))

    def post(self, path, headers=None, **fields):
        return self._shown(self.client.post(path, data={**self.hidden, **fields}, headers={**HTML, **(headers or {})}))

    def sign_in(self, account, password=PASSWORD):
        self.get("/registrar/sign-in")
        return self.post("/registrar/sign-in", account=account, password=password)

    @property
    def cookie(self):
        return self.client.cookies.get(COOKIE)

    def _shown(self, answer):
        found = dict(_TOKEN.findall(answer.text))
        self.hidden = found or self.hidden
        return answer


class Site:
    """A home's application, and browsers at it."""

    def __init__(self, path):
        self.home = open_home(path)
        self.app = create_app(self.home)

    def browser(self, account="", base_url=BASE):
        browser = Browser(self.app, base_url)
        if account:
            assert browser.sign_in(account).status_code == 303
        return browser

    def close(self):
        self.home.close()


def address(batch_id, act=""):
    return f"/registrar/batches/{batch_id}{'/' if act else ''}{act}"


def told(answer):
    """Return what a refusal says; nothing if nothing was refused."""
    found = re.search(r'role="alert">.*?<span lang="en" dir="auto">(.*?)</span>', answer.text, re.DOTALL)
    return html.unescape(found[1]) if found else ""
