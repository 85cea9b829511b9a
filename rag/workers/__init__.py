"""Child processes with bounds: files nobody vouches for are read in them, and nowhere else."""
