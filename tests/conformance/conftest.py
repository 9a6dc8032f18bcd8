"""One home with the conformance mount beside its public surface, over HTTP."""

import pytest
from fastapi.testclient import TestClient

from vc_issuer.config import Mode
from vc_issuer.web.app import create_app
from vc_issuer.wiring.catalogue import known_institution
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.home import open_home
from vc_issuer.wiring.homemaking import NewHome, make_home

ORIGIN = "http://127.0.0.1:8000"
INSTITUTION = "uzb"


@pytest.fixture(scope="package")
def home(tmp_path_factory):
    path = tmp_path_factory.mktemp("conformance") / "home"
    issuer = known_institution(INSTITUTION)
    make_home(NewHome(path=path, issuer=issuer, host="credentials.uzb.example", mode=Mode.TEST), now=utc_now())
    opened = open_home(path)
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def mount(home):
    return home.conformance(ORIGIN)


@pytest.fixture(scope="package")
def client(home, mount):
    return TestClient(create_app(home, conformance=mount), base_url=ORIGIN, raise_server_exceptions=False)
