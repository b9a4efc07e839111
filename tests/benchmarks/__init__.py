"""Measurements against what somebody would have written by hand; run with `--benchmark-only -n 0`."""
