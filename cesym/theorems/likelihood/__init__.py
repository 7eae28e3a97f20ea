"""From a likelihood to a loss: Bernoulli, categorical, Gaussian."""
