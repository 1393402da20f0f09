"""Who consented to what and until when. The register is encrypted, apart from answers, and logged."""
