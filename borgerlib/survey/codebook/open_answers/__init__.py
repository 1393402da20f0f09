"""Open answers: masked, coded by a frame, codes suggested; what coders give becomes an item."""
