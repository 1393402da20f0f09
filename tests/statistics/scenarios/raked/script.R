# Three margins, everyone starts equal.
source("../common.R")
design <- svydesign(ids = ~1, weights = rep(1, nrow(input)), data = input)
report(rake(
  design, list(~sex, ~age, ~area), list(read_margin("sex"), read_margin("age"), read_margin("area")),
  control = list(maxit = 500, epsilon = 1e-14)
))
