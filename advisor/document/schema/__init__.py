"""The JSON Schema of plan.json."""
