"""Channels that are dead, and channels that carry the same sound."""
