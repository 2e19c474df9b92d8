"""Windows as programs call it: its functions and automation objects, declared once, and what is read through them."""
