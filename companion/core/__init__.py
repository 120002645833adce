"""The pure core: events in, updates out. It has no clock, file, socket, task, log or random number."""
