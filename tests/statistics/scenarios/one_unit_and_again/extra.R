# A stratum with a single village (input.csv: clustered_in_strata without the other villages of opland), by each of R's treatments;
# villages with a single man (two_stages_strata without their other men); and replicate weights of three designs.
source("../common.R")
options(survey.adjust.domain.lonely = FALSE)
read_input <- function(name) read.csv(file.path("..", name, "input.csv"), stringsAsFactors = TRUE, na.strings = "")

rows <- list()
for (treatment in c("certainty", "remove", "adjust", "average")) {
  options(survey.lonely.psu = treatment)
  design <- svydesign(ids = ~village, strata = ~area, weights = ~base_weight, data = input)
  base <- design[!is.na(input$time), ]
  for (group in c("all", levels(input$age))) {
    domain <- base[group == "all" | base$variables$age == group, ]
    estimate <- svymean(~ I(as.numeric(time == "weekly")), domain)
    rows[[length(rows) + 1]] <- data.frame(
      treatment = treatment, what = "proportion", group = group, estimate = coef(estimate)[[1]], standard_error = c(SE(estimate))
    )
  }
  design$variables$weekly <- outside_zero(as.numeric(input$time == "weekly"))
  design$variables$inside <- as.numeric(input$age == "60+")
  test <- svyttest(weekly ~ inside, design[!is.na(input$time), ])
  rows[[length(rows) + 1]] <- data.frame(
    treatment = treatment, what = "difference", group = "60+", estimate = unname(test$estimate),
    standard_error = unname(test$estimate / test$statistic)
  )
  model <- svyglm(income ~ sex, design)
  rows[[length(rows) + 1]] <- data.frame(
    treatment = treatment, what = "coefficient", group = "sexmale", estimate = coef(model)[[2]], standard_error = SE(model)[[2]]
  )
  again <- read_input("two_stages_strata")
  again$person <- seq_len(nrow(again))
  man <- again$sex == "male" & again$village %in% c("v04", "v31")
  design <- svydesign(
    ids = ~ village + person, strata = ~ area + sex, weights = ~base_weight, fpc = ~ population_size + village_size,
    data = again[!man | !duplicated(paste(again$village, again$sex)), ]
  )
  model <- svyglm(income ~ age, design)
  for (found in list(list("all", svymean(~income, design)), list("60+", svymean(~income, subset(design, age == "60+"))))) {
    rows[[length(rows) + 1]] <- data.frame(
      treatment = treatment, what = "later stage", group = found[[1]], estimate = coef(found[[2]])[[1]],
      standard_error = c(SE(found[[2]]))
    )
  }
  rows[[length(rows) + 1]] <- data.frame(
    treatment = treatment, what = "later stage", group = "age60+", estimate = coef(model)[["age60+"]],
    standard_error = SE(model)[["age60+"]]
  )
}
write_exact(do.call(rbind, rows), "expected_lonely.csv")

options(survey.lonely.psu = "fail")
designs <- list(
  simple_random_sample = function(data) svydesign(ids = ~1, weights = ~1, data = data),
  clustered_in_strata = function(data) svydesign(ids = ~village, strata = ~area, weights = ~base_weight, data = data),
  clustered_finite_population = function(data) {
    svydesign(ids = ~village, strata = ~area, weights = ~base_weight, fpc = ~population_size, data = data)
  }
)
rows <- list()
for (name in names(designs)) {
  data <- read_input(name)
  design <- designs[[name]](data)
  again <- as.svrepdesign(design, type = if (name == "simple_random_sample") "JK1" else "JKn")
  ratio <- withReplicates(again, quote(sum(.weights * income) / sum(.weights * (age == "60+"))))
  mean <- svymean(~income, again)
  for (found in list(list("mean", coef(mean), SE(mean)), list("ratio", coef(ratio), SE(ratio)))) {
    rows[[length(rows) + 1]] <- data.frame(
      scenario = name, what = found[[1]], estimate = c(found[[2]]), standard_error = c(found[[3]]), df = degf(again)
    )
  }
}
write_exact(do.call(rbind, rows), "expected_replicates.csv")
