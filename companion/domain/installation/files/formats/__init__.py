"""The formats of installers: what their own structures tell, read from regions of a file within bounds."""
