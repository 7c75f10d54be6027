"""Values → whoever reads them: one sink or format per file."""
