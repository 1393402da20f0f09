# Villages drawn within areas, and people within villages; both sizes are known.
source("../common.R")
input$person <- seq_len(nrow(input))
report(svydesign(
  ids = ~ village + person, strata = ~area, weights = ~base_weight, fpc = ~ population_size + village_size,
  data = input
))
