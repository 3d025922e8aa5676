"""Bad input for every cart: documents bent by the seed, and what must hold of them."""
