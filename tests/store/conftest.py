import pytest

from store.homes import new_database


@pytest.fixture
def database(tmp_path):
    database = new_database(tmp_path)
    yield database
    database.close()
