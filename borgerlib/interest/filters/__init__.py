"""What a prepared survey can be filtered by."""
