"""The control URL: levers for tests, and a page for people."""
