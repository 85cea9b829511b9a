"""Meetings: who speaks, and who promised what to whom by when."""
