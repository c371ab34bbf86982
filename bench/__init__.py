"""What is promised about speed, as programs: `grandstand bench NAME`."""
