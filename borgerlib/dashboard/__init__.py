"""The interest dashboard: filters in a meeting, answers at once."""
