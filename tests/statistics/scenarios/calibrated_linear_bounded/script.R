# The same with every weight between 0.75 and 1.3 times its base weight.
source("../common.R")
design <- svydesign(ids = ~1, weights = ~base_weight, data = input)
report(calibrate(
  design, ~sex + area + income, totals(c("sex", "area"), "income"),
  calfun = "linear", bounds = c(0.75, 1.3), epsilon = 1e-13, maxit = 500
))
