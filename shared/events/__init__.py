"""The published language: every fact that crosses Kafka, and what factories post at the door."""
