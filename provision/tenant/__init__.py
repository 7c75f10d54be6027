"""What exists in a tenant: frozen values, and the port through which it is read and changed."""
