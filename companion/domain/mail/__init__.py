"""Reading e-mails: what was bought, how it is recognised, what is doubtful. Nothing in them runs or is fetched."""
