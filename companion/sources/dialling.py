"""`companion.net.dialling`, where its first users look for it."""

from companion.net.dialling import WAITS, Back, Line, Lost, Message

__all__ = ["WAITS", "Back", "Line", "Lost", "Message"]
