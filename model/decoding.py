def greedy(): pass
