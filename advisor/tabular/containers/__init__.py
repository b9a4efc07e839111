"""Open what tables come in: text, workbooks, JSON, archives, databases."""
