"""What the services answer and are asked, as typed records; answers are read open: what was added since is ignored."""
