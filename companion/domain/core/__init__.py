"""What all decisions are built on: errors, values and their serialization, money, time spans, and text."""
