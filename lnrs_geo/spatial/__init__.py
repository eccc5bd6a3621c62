"""The spatial layer: reads, normalises, matches and cuts; it knows geometry and no policy."""
