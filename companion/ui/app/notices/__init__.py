"""The notices that the program shows above its pages."""
