"""The questionnaire of a codebook: as forms that people fill in, and back from them to answers."""
