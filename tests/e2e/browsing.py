"""A real Chromium over the demonstration: a site on a free port, pages of every size, pictures that are kept."""

import shutil
import socket
import threading
import time

import uvicorn

from reference import ROOT
from vc_issuer.web.app import create_app
from vc_issuer.wiring.home import open_home

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARTIFACTS = ROOT / "artifacts"
AXE = ROOT / "tests" / "peers" / "node_modules" / "axe-core" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What 1280 pixels become at 400 %: WCAG 2.2, 1.4.10.
SIZES = {"phone": (390, 844), "desktop": (1280, 900), "narrow": (320, 640), "zoomed": (320, 225)}
START_TIMEOUT_S = 60


class Site:
    """The application, served on a free port of loopback from a thread."""

    def __init__(self, home_directory):
        self.home = open_home(home_directory)
        self.home.warm()
        with socket.socket() as chosen:
            chosen.bind(("127.0.0.1", 0))
            port = chosen.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self._server = uvicorn.Server(uvicorn.Config(create_app(self.home), port=port, log_level="error"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self):
        self._thread.start()
        until = time.monotonic() + START_TIMEOUT_S
        while not self._server.started and time.monotonic() < until:
            self._thread.join(0.05)
        return self.address

    def __exit__(self, *_):
        self._server.should_exit = True
        self._thread.join()
        self.home.close()


def page_at(chromium, size, *, javascript=True, **more):
    """Open a page of a size; what goes wrong in it is noted in `trouble`."""
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        locale="en-GB",
        java_script_enabled=javascript,
        bypass_csp=False,
        **more,
    )
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.trouble = []
    page.on("console", lambda message: page.trouble.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    page.on("dialog", lambda dialog: (page.trouble.append("a dialog"), dialog.dismiss()))
    return page


def keep(page, name):
    """Keep a picture of the whole page to be looked at."""
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)


def overflow(page):
    """Return how many pixels the page is wider than its window."""
    return page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")


def axe_findings(page):
    """Run axe-core in the page; one line a finding, each with the element it is about."""
    # Evaluated by the debugger, so that the page's policy against foreign scripts stays as it is.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", AXE_RULES)
    return [f"{each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]
