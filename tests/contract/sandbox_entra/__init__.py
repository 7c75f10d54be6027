"""The sandbox's Entra: in process, over TLS, and as MSAL meets it."""
