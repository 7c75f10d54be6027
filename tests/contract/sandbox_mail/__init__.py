"""The sandbox's IMAP, POP3 and SMTP over real sockets, with Python's own clients."""
