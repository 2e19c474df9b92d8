"""What the Home page shows of each product."""
