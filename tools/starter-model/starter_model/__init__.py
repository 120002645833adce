"""Makes companion's starter model: text and voices in, a model in Vosk's format out. See the README beside this folder."""
