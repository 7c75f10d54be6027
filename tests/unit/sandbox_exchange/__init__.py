"""The sandbox's mail without sockets: who is let in, what is kept, what is found."""
