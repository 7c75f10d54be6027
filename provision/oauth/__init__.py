"""Consent to tokens: sign-in links, the redirect that answers them, and the token endpoint."""
