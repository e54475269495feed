"""`python -m loyalnest.entrypoints.cli`: how one of our processes starts another."""

from loyalnest.entrypoints.cli import main

if __name__ == "__main__":
    main()
