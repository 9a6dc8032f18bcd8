"""The project's own benchmark: what work costs, in signatures of the same core in the same run."""
