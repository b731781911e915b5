"""What is seen of the system, and what that means, without any I/O."""
