"""Two sounds of one channel each as one call: what they may be, recordings in turn, live ones by the clock."""
