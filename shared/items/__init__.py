"""Which item of Sage Intacct an article of a cart is: linked, found, created, kept up to date."""
