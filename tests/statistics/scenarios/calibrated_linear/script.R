# Counts of sex and area and the total of income, with linear weights.
source("../common.R")
design <- svydesign(ids = ~1, strata = ~area, weights = ~base_weight, data = input)
report(calibrate(design, ~sex + area + income, totals(c("sex", "area"), "income"), calfun = "linear"))
