"""The library on disk: catalogue (SQLite, the truth), words (tantivy), vectors (FAISS)."""
