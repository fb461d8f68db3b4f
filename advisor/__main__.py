"""`python -m advisor` is the `advise` command."""

from advisor.cli.main import main

main()
