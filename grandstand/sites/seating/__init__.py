"""Sessions that are sold by their seats: the plan as it is drawn, the seats as they are called, what can be had of them."""
