"""The words of the domain as frozen values and protocols; standard library only."""
