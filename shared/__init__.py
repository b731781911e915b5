"""What every service stands on: the published language, the backbone, the HTTP door and its observation."""
