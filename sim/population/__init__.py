"""Who there is: declared columns, founding, and the luck that meets everybody."""
