"""A form as one page that works without the net: for a tablet at the library, a stall, or a link."""
