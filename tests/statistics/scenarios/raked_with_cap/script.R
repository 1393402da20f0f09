# Three margins, and no weight above 1.9 times the mean weight.
source("../common.R")
design <- svydesign(ids = ~1, weights = ~base_weight, data = input)
population <- sum(read_margin("sex")$Freq)
margins <- totals(c("sex", "age", "area"), "income")
report(calibrate(
  design, ~sex + age + area, margins[names(margins) != "income"], calfun = "raking",
  bounds = list(lower = 0, upper = 1.9 * population / nrow(input)), bounds.const = TRUE,
  epsilon = 1e-13, maxit = 500
))
