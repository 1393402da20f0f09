# Counts of sex, age and area and the total of income, with weights between 0.4 and 2.5 times the base weight.
source("../common.R")
design <- svydesign(ids = ~1, weights = ~base_weight, data = input)
report(calibrate(
  design, ~sex + age + area + income, totals(c("sex", "age", "area"), "income"),
  calfun = "logit", bounds = c(0.4, 2.5), epsilon = 1e-13, maxit = 500
))
