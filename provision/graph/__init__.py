"""Tenant over Microsoft Graph, and the administrator's sign-in; importing this imports no SDK."""
