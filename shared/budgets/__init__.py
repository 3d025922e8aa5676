"""What posting costs at Sage Intacct: transactions by depth, the month's forecast, and advice."""
