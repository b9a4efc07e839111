"""How many small faults the tests notice.

`python -m tests.mutation --sample 400 --seed 1` lets Cosmic Ray change one operator or number at a
time in a copy of the project. First the tests run once with coverage, so that it is known which of
them run which line (`which_tests`); a mutant is then tried by those alone, the quickest first, in a
fork of a process that has the libraries loaded (`fork`). Annotations are left out: they are not
behavior. Mutants that no test could tell from the original are listed in `equivalent.toml`
with the reason, and do not count. Survivors are printed; the exit code is 1 where fewer than 85 %
were noticed.
"""
