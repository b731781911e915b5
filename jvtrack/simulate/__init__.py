"""`jvtrack simulate`: a year of demand, production and delays, drawn from a seed and played through the public doors.

What is drawn is a pure function of a seed and a size: the ground (parts, sites, sources, fleet), the demand on each
day, and what becomes of each work order. The play posts it in the order of its simulated days and lets the services
decide; what has happened is dated in the year that ends on the last day, and what lies ahead is counted from there.
"""
