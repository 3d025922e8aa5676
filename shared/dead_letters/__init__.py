"""Dead letters: kept before they can expire, shown with their reasons, sent again or dropped."""
