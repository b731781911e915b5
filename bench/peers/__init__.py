"""What a team would otherwise write: the same events, on the same servers, in the idioms that documentation teaches."""
