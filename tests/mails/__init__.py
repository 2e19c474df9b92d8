"""E-mails of our own wording in the shapes that shop systems send, with the right values beside each."""
