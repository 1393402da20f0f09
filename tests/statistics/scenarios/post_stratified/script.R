# Every combination of sex and age meets its count; base weights vary.
source("../common.R")
design <- svydesign(ids = ~1, strata = ~area, weights = ~base_weight, data = input)
margins <- read.csv("margins.csv")
margins <- margins[margins$column == "sex age", ]
cells <- data.frame(
  sex = factor(sub(" .*", "", margins$level), levels = levels(input$sex)),
  age = factor(sub(".* ", "", margins$level), levels = levels(input$age)),
  Freq = margins$count
)
report(postStratify(design, ~sex + age, cells))
