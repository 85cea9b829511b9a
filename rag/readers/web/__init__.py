"""Web pages, and what mails and books share with them."""
