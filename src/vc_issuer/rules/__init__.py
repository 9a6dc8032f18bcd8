"""Profiles as data, findings, and the documents due; pure (domain part 2)."""
