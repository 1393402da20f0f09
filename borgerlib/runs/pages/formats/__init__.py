"""A report's other formats: PDF, workbook, editable document."""
