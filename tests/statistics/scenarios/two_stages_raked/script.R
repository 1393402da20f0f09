# Villages drawn within areas, people within villages, then raked to three margins.
source("../common.R")
input$person <- seq_len(nrow(input))
design <- svydesign(
  ids = ~ village + person, strata = ~area, weights = ~base_weight, fpc = ~ population_size + village_size,
  data = input
)
report(rake(
  design, list(~sex, ~age, ~area), list(read_margin("sex"), read_margin("age"), read_margin("area")),
  control = list(maxit = 500, epsilon = 1e-14)
))
