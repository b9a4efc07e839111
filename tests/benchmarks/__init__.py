"""Measurements against what somebody would have written by hand: `--benchmark-only -n 0`."""
