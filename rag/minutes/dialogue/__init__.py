"""From what clauses say to promises: who accepts, what changes, what falls away."""
