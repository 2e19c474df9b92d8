"""Where an e-mail is from: shop systems, senders, and signs of fraud."""
