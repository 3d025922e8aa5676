"""Stock of carts and warehouses, kept alike: each place has one owner, and only it is believed."""
