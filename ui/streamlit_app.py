"""The page: drop files, ask, see where every sentence comes from. `rag ui` starts it."""

from ui.page import main

main()
