"""Pure array maths of billing schedules: numpy only, no prices, no providers, no dates."""
