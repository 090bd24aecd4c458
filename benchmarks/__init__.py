"""Side by side: ridgeline and its peers on the same problems, the same folds, the same lambdas, the same threads.

``python -m benchmarks run`` times whole tuned fits, ``tables`` compares test metrics on real tables, ``envs`` builds
the environments of the peers that need one of their own.
"""
