"""From answers to people at the table: consents and contact details, and the lottery that seats a panel."""
