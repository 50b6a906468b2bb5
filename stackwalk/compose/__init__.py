"""A learner's compose.yaml, Dockerfile and .env as values: what Docker would make of them. Pure."""
