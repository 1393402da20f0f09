"""The ten insights: figures, claims, sentences, cases."""
