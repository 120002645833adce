"""The screens: what a person sees of a call, and the keys. Knows the core and nothing else of ours."""
