"""Receipts and invoices for reading, printing and PDF."""
