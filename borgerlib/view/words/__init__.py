"""The words around pictures and pages."""
