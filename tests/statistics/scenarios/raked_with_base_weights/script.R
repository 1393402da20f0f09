# Three margins; base weights vary within every cell of the margins.
source("../common.R")
design <- svydesign(ids = ~1, weights = ~base_weight, data = input)
report(rake(
  design, list(~sex, ~age, ~area), list(read_margin("sex"), read_margin("age"), read_margin("area")),
  control = list(maxit = 500, epsilon = 1e-14)
))
