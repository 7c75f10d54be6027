"""The difference between what is wanted and what exists: pure, closed, one file per resource."""
