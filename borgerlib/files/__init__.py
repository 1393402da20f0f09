"""Reading and writing files, each in one way."""
