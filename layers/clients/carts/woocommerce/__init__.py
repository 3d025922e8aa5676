"""WooCommerce: pushed orders, refunds by a second call, and a poller that must not sleep."""
