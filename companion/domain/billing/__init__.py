"""Charges, renewals, invoices, shipping, and returns."""
