"""Having what waited looked at again: an order by hand, or all that one cause held up."""
