"""Secrets and refresh tokens we hold, encrypted, with their ledger."""
