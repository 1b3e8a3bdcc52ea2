"""Working models: the covariance that effects of one study are taken to have, chosen by one word."""
