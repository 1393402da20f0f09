"""A form on paper: to be printed, or to be edited first."""
