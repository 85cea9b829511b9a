"""Who may use a page or a service that others can reach: passwords, keys, names. No server here.

Everything in this room is told the time, so that a test need not wait.
"""
