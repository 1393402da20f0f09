"""A form on paper: ready to print, or to be edited first."""
