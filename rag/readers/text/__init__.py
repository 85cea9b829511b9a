"""Plain text and what is written in it: notes, tables, captions, chats, notebooks."""
