"""Jobs that people do with a model over one document: templates in TOML, and what runs them.

A template says what the model is asked (`template`, `reading`, `shelf`); the document is cut to
pieces that fit (`pieces`), each is asked about (`asking`, `drafting`, `mending`), and what comes is
held against the document (`standing`, `checking`) and put together (`voting`, `running`, `tables`).
"""
