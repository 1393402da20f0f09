"""One module per format of a form."""
