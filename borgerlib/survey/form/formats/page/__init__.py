"""A form as one page that works offline: for a tablet at the library, a stall, or a link."""
