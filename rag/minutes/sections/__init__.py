"""Topics, decisions and open questions of a meeting."""
