"""The Bayesian strategy's home, and the only one of scikit-optimize."""
