"""The public pages, the verifier and the console."""
