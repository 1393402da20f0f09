"""Open answers: masking, coding by a frame, suggested codes, and the codes as an item."""
