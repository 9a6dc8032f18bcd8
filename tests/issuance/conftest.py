import pytest

from issuance.house import new_house


@pytest.fixture
def house(tmp_path):
    house = new_house(tmp_path)
    yield house
    house.database.close()
