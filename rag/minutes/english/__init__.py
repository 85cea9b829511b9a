"""Promises in English speech: rules over clauses, by the words of `data/lexicon_en.tsv`."""
