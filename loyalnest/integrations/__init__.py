"""The outside world, a folder for each vendor; only here is a vendor's name spoken."""
