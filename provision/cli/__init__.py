"""Parse, call a stage, render: one command a file."""
