"""Connections between machines, whatever is said over them: who can reach us, TLS, and dialling again."""
