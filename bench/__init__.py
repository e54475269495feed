"""Every figure that the README claims, as a program: `make bench`, `make bench ONLY=intake`.

Each figure is measured beside a limit on the same machine in the same run: the least that anybody
could do for the same effect, written as a specialist would write it. The pages of this package are
one program per figure, and what they share.
"""
