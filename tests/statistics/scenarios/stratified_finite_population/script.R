# People drawn within areas, with unequal weights; population_size is the number of people in the area.
source("../common.R")
report(svydesign(
  ids = ~1, strata = ~area, weights = ~base_weight, fpc = ~population_size, data = input
))
