"""From an executed notebook to pages, PDF and workbook."""
