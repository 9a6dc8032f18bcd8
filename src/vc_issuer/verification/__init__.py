"""One function a numbered check, one report a file; needs no key, no database and no network."""
