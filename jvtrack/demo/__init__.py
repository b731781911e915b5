"""`jvtrack demo`: the main job played through the public doors, with its proof.

A stage is a running system, the company are its people, a scene is one thing that happens to them, and a finding is
what a scene showed. Nothing here reaches behind a door except the poison, which is what an operator must survive.
"""
