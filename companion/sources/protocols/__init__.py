"""Wire formats, sans I/O: messages in, items and replies out. One file each; no socket, file or clock here."""
