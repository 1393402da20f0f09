# Counts of sex, age and area and the total of income, with multiplicative weights, in villages.
source("../common.R")
design <- svydesign(ids = ~village, strata = ~area, weights = ~base_weight, data = input)
report(calibrate(
  design, ~sex + age + area + income, totals(c("sex", "age", "area"), "income"),
  calfun = "raking", epsilon = 1e-13, maxit = 500
))
