"""Ask your own documents and meetings; every sentence of the answer points at its source."""

__version__ = "0.1.0"
