"""Credential formats: Open Badges 3.0 and the European Learning Model, and what binds the two."""
