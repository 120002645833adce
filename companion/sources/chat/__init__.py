"""Chats: systems that we join, systems that deliver to us, and conversations as calls."""
