# Villages drawn within areas, then people in them; no finite population correction.
source("../common.R")
report(svydesign(ids = ~village, strata = ~area, weights = ~base_weight, data = input))
