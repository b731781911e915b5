"""The topics that the services speak on."""
