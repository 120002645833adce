"""What the calls of a week say: digests, tallies, tables, a page with plots, and the promises to follow up. Knows the core alone."""
