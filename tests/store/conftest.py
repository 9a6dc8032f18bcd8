import pytest

from postgres import postgresql_url
from store.homes import new_database


@pytest.fixture
def file_database(tmp_path):
    """A database whose file is looked into."""
    database = new_database(tmp_path)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The same behaviour on both: every store test runs on either."""
    if request.param == "sqlite":
        database = new_database(tmp_path)
        yield database
        database.close()
        return
    with postgresql_url() as url:
        database = new_database(tmp_path, url=url)
        yield database
        database.close()
