"""An independent, slow and exact re-implementation of the billing, to test the library against."""
