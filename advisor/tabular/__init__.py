"""Reading tables of text by description: a kind of file is data, not code."""
