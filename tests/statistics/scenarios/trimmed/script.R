# A column of weights cut off at 1.5 times its mean, the excess spread over the others until none is larger.
source("../common.R")
design <- svydesign(ids = ~1, weights = ~base_weight, data = input)
report(trimWeights(design, upper = 1.5 * mean(input$base_weight), strict = TRUE))
