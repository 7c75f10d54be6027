"""Tokens to proof of login and of delivery, over IMAP, POP and SMTP."""
