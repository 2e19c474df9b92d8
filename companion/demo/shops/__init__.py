"""Two small shops beside the demo store, as they are found everywhere, and the e-mails of their orders."""
