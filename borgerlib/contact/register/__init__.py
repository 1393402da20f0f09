"""Who said yes to be invited, to what and until when: encrypted, apart from the answers, every use logged."""
