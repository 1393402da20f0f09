"""Lists that leave the register: made, kept apart from one another, written, and who came of them."""
