"""Lists that leave the register: make them, keep comparisons from revealing answers, record who came."""
