# Villages drawn within areas; population_size is the number of villages in the area.
source("../common.R")
report(svydesign(
  ids = ~village, strata = ~area, weights = ~base_weight, fpc = ~population_size, data = input
))
