"""How a municipality weights its answers: margins, levels, rules."""
