"""What the pages show: text and numbers, settled here and laid out by the scripts in ``assets``."""
