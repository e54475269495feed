"""The doors: HTTP, the command line, the worker, the live stream, and the wiring of it all."""
