"""The dashboard in a real browser against the real server, and its catalogues."""
