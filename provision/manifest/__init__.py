"""WHAT IS WANTED: a manifest, parsed and validated once, every problem at once with its line."""
