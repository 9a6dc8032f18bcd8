"""A PostgreSQL for tests that need one: a schema of its own for each test, in the database that the environment names."""

import os
import secrets
from contextlib import contextmanager
from functools import cache

import psycopg
import pytest
from sqlalchemy.engine import make_url

SERVER = os.environ.get("VC_ISSUER_TEST_POSTGRESQL", "postgresql+psycopg://127.0.0.1/postgres")


@cache
def _trouble():
    try:
        psycopg.connect(_plain(SERVER), connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return str(error).splitlines()[0]
    return ""


def _plain(url):
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def execute(statement):
    with psycopg.connect(_plain(SERVER), autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def postgresql_url():
    """Give the URL of an empty schema; skip where no server answers (VC_ISSUER_TEST_POSTGRESQL names one)."""
    if _trouble():
        pytest.skip(f"no PostgreSQL: {_trouble()}")
    schema = f"vc_issuer_{secrets.token_hex(6)}"
    execute(f"CREATE SCHEMA {schema}")
    url = make_url(SERVER).update_query_dict({"options": f"-csearch_path={schema}"})
    try:
        yield url.render_as_string(hide_password=False)
    finally:
        execute(f"DROP SCHEMA {schema} CASCADE")
