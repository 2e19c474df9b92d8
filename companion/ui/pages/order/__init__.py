"""The page of one order, in sections."""
