"""`python -m advisor.cli`: the command, where its script is not on the path."""

from advisor.cli import main

if __name__ == "__main__":
    main(prog_name="advisor")
