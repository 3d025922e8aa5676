"""The daily proof: cart equals books, to the cent, and here is what is open."""
