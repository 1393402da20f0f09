# Villages drawn within areas, and women and men apart within villages; all sizes are known.
source("../common.R")
input$person <- seq_len(nrow(input))
report(svydesign(
  ids = ~ village + person, strata = ~ area + sex, weights = ~base_weight,
  fpc = ~ population_size + village_size, data = input
))
