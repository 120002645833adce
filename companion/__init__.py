"""companion listens to a call with an upset customer and ticks a de-escalation checklist while people talk."""

__version__ = "0.1.0"
