"""Who may use a page that others can reach: passwords, sessions, names, people. No server here.

Everything in this room is told the time, so that a test need not wait.
"""
