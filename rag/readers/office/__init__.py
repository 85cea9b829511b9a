"""Files of office programs: documents, slides, spreadsheets."""
