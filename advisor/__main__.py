"""`python -m advisor` is the `advise` command."""

from advisor.cli.main import main

if __name__ == "__main__":  # a process that a scan starts imports this file as well
    main()
