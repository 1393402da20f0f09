"""The report of 2021: its numbers, the counts behind them, its ten insights."""
