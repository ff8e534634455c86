"""What this endpoint answers beside what the standards say, case by case."""
