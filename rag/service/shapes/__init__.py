"""The shapes of what the service takes and gives, for the OpenAPI file and the clients made of it.

What `rag.schema` makes goes out as it is; these models say what that is, and a test holds every one
of them against what is given. Bodies of requests are strict and bounded.
"""
