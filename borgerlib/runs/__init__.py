"""From notebooks to reports."""
