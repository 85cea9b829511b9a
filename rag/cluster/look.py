"""What a node is asked before it works. Sent to it as it stands, so it imports nothing at its top.

A node that lacks this program could not load any function of it by name.
"""

from __future__ import annotations


def look(samples: list[tuple[bytes, int, str]]) -> dict[str, object]:
    """Which versions a node has, why it has none, and whether it sees the same files.

    A sample is a path, a size and the SHA-256 of what the file begins with.
    """
    import hashlib
    import os

    try:
        from rag import __version__
        from rag.chunk import CHUNKER_VERSION
        from rag.readers import READERS_VERSION
    except ImportError as error:
        return {"missing": f"{error}"}
    seen = True
    for path, size, digest in samples:
        try:
            with open(path, "rb") as file:
                same = os.fstat(file.fileno()).st_size == size
                seen = seen and same and hashlib.sha256(file.read(1 << 16)).hexdigest() == digest
        except OSError:
            seen = False
    return {"versions": [__version__, READERS_VERSION, CHUNKER_VERSION], "seen": seen}
