"""Production on a real database; a package, so that its running service ends with the last of these tests."""
