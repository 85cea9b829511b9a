"""Mutated files through every reader: what comes out is a sound document or a reason.

The changes follow rules and are not guided by coverage. What breaks readers lies behind checksums
and in libraries of C and Rust, whose coverage fuzzers for Python do not see; and so the same seed
gives the same inputs on every system.
"""
