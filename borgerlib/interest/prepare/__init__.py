"""From a platform's export to weighted respondents."""
