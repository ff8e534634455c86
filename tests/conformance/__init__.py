"""Compare the answers of the endpoint with the standards, case by case."""
