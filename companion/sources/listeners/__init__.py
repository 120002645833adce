"""Ports that calls come to: who may come in, whose sound a connection brings to which call, and its way to the recogniser."""
