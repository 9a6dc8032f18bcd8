"""Securing mechanisms: Data Integrity and JAdES; cryptosuites are rows of data."""
