"""Run chunks of work on the cores at hand."""
