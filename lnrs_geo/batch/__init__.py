"""Many sites in one run: a register in, one row of outcome per site out."""
