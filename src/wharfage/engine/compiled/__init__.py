"""The optional compiled kernel (extra ``fast``): the services' own formulas, fused into one loop."""
