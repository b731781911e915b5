"""Monitor owns only the operators' read model: what the streams carry, who sends, who keeps up, and what is wrong.

It tells nothing and decides nothing about goods. It listens to every stream by the headers of its facts alone, and asks
each process of every service, over the doors that are open to all, how it is.
"""
