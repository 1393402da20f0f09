# Villages drawn within areas, then raked to three margins.
source("../common.R")
design <- svydesign(
  ids = ~village, strata = ~area, weights = ~base_weight, fpc = ~population_size, data = input
)
report(rake(
  design, list(~sex, ~age, ~area), list(read_margin("sex"), read_margin("age"), read_margin("area")),
  control = list(maxit = 500, epsilon = 1e-14)
))
