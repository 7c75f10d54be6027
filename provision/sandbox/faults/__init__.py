"""What goes wrong on purpose: rules, seeded decisions, and how they reach the wire."""
