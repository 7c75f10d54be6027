"""The OAuth client against the loopback listener and the sandbox."""
