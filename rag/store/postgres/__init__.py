"""The catalogue in PostgreSQL, where several machines fill one library.

A database holds many libraries. `rag.libraries` in it tells each library's name and the schema in
which its tables are; a library that is made anew has a schema of its own, and takes the name in one
transaction. Whoever reads is in a read-only transaction of its own, which sees one state. Whoever
writes stages what is its own, and publishes it while it holds a lock that falls with its
connection. What a writer that is gone has staged is taken over by whoever needs it, or removed.

Connections go through SQLAlchemy's pool, which replaces those that the server has dropped.
"""
