# People drawn within areas with a finite population, then raked to sex and age.
source("../common.R")
design <- svydesign(
  ids = ~1, strata = ~area, weights = ~base_weight, fpc = ~population_size, data = input
)
report(rake(
  design, list(~sex, ~age), list(read_margin("sex"), read_margin("age")),
  control = list(maxit = 500, epsilon = 1e-14)
))
