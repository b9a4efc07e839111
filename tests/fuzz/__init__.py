"""Files, settings and rules that are changed at random, and what has to hold of each of them.

`python -m tests.fuzz --minutes 1 --seed 1` makes trials until the time is over. A trial is made of
its number and the seed alone. It runs in a child of the one runner; one that fails is made smaller
and written to `tests/fuzz/cases`, where `test_cases.py` tries it again in every run of the tests.
"""
