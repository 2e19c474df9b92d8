"""Orders as the store keeps them: purchases, what time and customers do to them, returns, invoices."""
