"""Bytes and graphs: strict JSON, JCS, JSON-LD with pinned contexts, RDFC-1.0, multibase keys."""
