"""Entra, Graph and Exchange on localhost: the other side of everything provision does."""
