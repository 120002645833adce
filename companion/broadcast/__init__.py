"""Records of live calls on their way to other people's screens, and what those people do on its way back."""
