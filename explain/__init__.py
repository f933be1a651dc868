"""What a run shows: forward passes turned into plain, named arrays; layers, heads and positions count from 0."""
