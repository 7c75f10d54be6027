"""Do it: one verb a file; stages call services, own order, locks and undo, and print nothing."""
