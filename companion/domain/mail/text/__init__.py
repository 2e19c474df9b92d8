"""What stands in the text of an e-mail: labels and values, names, sentences, offers, structured data."""
