"""What customers meet of a merchant's program outside the dashboard: pages about it.

`pages` draws them on the server, useful without a script and with no customer's figures in them.
"""
