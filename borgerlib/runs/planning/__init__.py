"""What has been run, and what is due."""
