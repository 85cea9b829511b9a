"""The page in a browser. It renders what `rag` gives and holds no logic of its own."""
