# Everyone counts the same: no weights, strata or clusters.
source("../common.R")
report(svydesign(ids = ~1, weights = rep(1, nrow(input)), data = input))
