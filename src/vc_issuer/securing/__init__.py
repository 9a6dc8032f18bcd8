"""Securing mechanisms: Data Integrity, signed JWTs and JAdES; cryptosuites are rows of data."""
