"""Tests of versions: how large one has to be, and what its numbers say."""
