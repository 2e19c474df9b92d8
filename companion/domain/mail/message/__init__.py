"""E-mails taken apart: files, parts, HTML, and the rows of text that people see."""
