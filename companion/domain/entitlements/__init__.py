"""Access to what was bought: finding an order, licences, seats, and downloads."""
