"""What the engine knows of languages: how a pack is made (`pack`), and one folder for each language that there is (`packs` finds it)."""
