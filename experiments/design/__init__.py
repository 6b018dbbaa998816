"""What a study asks: its design, the points and worlds it covers, and the cases to run."""
