"""Regression models of survey samples: who does what, others held equal."""
