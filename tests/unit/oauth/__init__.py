"""OAuth without sockets: what is sent, and what an answer means."""
