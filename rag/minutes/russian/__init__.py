"""Promises in Russian speech: rules over clauses, by morphology and `data/lexicon_ru.tsv`."""
