"""The published numbers of 2021, and the counts behind them."""
