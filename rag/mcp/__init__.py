"""The library for agents, over the Model Context Protocol.

`server.build` makes a server of a `Host`: who serves, who asks, and what they may know of. It is
spoken to over standard input and output (`stdio`), or over HTTP where the service mounts it.
"""

from __future__ import annotations
