"""Micro-credentials as Open Badges 3.0 and European Learning Model twins: issue, publish, verify."""
