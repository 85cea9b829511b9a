"""Books: EPUB and FictionBook."""
