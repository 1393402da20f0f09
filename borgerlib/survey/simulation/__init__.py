"""SIMULEREDE DATA: citizens whose true answers are known."""
