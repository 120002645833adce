"""Where records go. A sink that fails never ends a call."""
