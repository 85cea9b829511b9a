"""The library for agents, over the Model Context Protocol."""

from __future__ import annotations
