"""The sandbox's tokens and visitor, without sockets."""
