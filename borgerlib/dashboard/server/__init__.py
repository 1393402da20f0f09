"""The process that serves the dashboard."""
