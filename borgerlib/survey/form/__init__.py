"""The questionnaire of a codebook: as forms to fill in, and how their answers are read."""
