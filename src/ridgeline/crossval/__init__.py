"""Cross-validation: folds, the losses along the path, and the rules that choose λ."""
