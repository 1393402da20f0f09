"""Tables for eyes, screen readers and workbooks."""
