"""Numbers as an Open Badge writes them: JSON numbers for credits, plain decimals as text for marks."""

from decimal import Decimal


def number(value: Decimal) -> int | float:
    """Write a Decimal as a JSON number: whole ones as integers, so that every stack canonicalises them alike."""
    return int(value) if value == value.to_integral_value() else float(value)
