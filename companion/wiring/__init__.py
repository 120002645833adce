"""Settings → source, recogniser, sinks, screen: the one room that imports every other."""
