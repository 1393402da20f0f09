# What every scenario reports, computed by R's survey package alone.
suppressMessages(library(survey))
options(survey.lonely.psu = "fail", warn = 1)

input <- read.csv("input.csv", stringsAsFactors = TRUE, na.strings = "")

# Seventeen digits: enough to read a double back exactly.
write_exact <- function(frame, file) {
  for (name in names(frame)) {
    if (is.numeric(frame[[name]])) frame[[name]] <- formatC(frame[[name]], digits = 17, width = 1, format = "g")
  }
  write.csv(frame, file, row.names = FALSE, quote = FALSE)
}

# margins.csv: column, level, count.
read_margin <- function(column) {
  margins <- read.csv("margins.csv")
  margins <- margins[margins$column == column, ]
  margin <- data.frame(factor(margins$level, levels = levels(input[[column]])), Freq = margins$count)
  names(margin)[1] <- column
  margin
}

# Totals as calibrate() wants them: intercept, every level but the first, and the numeric total.
totals <- function(categories, number) {
  margins <- read.csv("margins.csv")
  result <- c(`(Intercept)` = sum(margins$count[margins$column == categories[1]]))
  for (column in categories) {
    margin <- read_margin(column)
    counts <- margin$Freq[match(levels(input[[column]])[-1], margin[[column]])]
    names(counts) <- paste0(column, levels(input[[column]])[-1])
    result <- c(result, counts)
  }
  number_total <- margins$count[margins$column == number]
  names(number_total) <- number
  c(result, number_total)
}

# Rows outside a base stay in an adjusted design, with weight zero; there they must not be missing.
outside_zero <- function(values) ifelse(is.na(values), 0, values)

one_proportion <- function(design, group, option) {
  estimate <- svymean(~chosen, design)
  beta <- attr(svyciprop(~chosen, design, method = "beta"), "ci")
  logit <- attr(svyciprop(~chosen, design, method = "xlogit"), "ci")
  data.frame(
    group = group, option = option,
    n = sum(weights(design) != 0), n_weighted = sum(weights(design)),
    proportion = unname(coef(estimate)), standard_error = unname(c(SE(estimate))),
    beta_lower = unname(beta[1]), beta_upper = unname(beta[2]),
    logit_lower = unname(logit[1]), logit_upper = unname(logit[2])
  )
}

# `chosen` gives for each option who chose it (missing: no answer).
proportions_of <- function(design, chosen) {
  rows <- list()
  for (option in names(chosen)) {
    design$variables$chosen <- outside_zero(chosen[[option]])
    base <- design[!is.na(chosen[[option]]), ]
    rows[[length(rows) + 1]] <- one_proportion(base, "all", option)
    for (group in levels(input$age)) {
      domain <- design[!is.na(chosen[[option]]) & input$age == group, ]
      rows[[length(rows) + 1]] <- one_proportion(domain, group, option)
    }
  }
  do.call(rbind, rows)
}

differences_of <- function(design) {
  rows <- list()
  for (option in levels(input$time)) {
    for (group in levels(input$age)) {
      design$variables$chosen <- outside_zero(as.numeric(input$time == option))
      design$variables$inside <- as.numeric(input$age == group)
      test <- svyttest(chosen ~ inside, design[!is.na(input$time), ])
      rows[[length(rows) + 1]] <- data.frame(
        group = group, option = option, difference = unname(test$estimate),
        standard_error = unname(test$estimate / test$statistic),
        ci_lower = test$conf.int[1], ci_upper = test$conf.int[2], p_value = unname(test$p.value)
      )
    }
  }
  do.call(rbind, rows)
}

means_of <- function(design) {
  design$variables$hours <- outside_zero(input$hours)
  rows <- list()
  for (group in c("all", levels(input$age))) {
    domain <- design[!is.na(input$hours) & (group == "all" | input$age == group), ]
    estimate <- svymean(~hours, domain)
    ends <- confint(estimate, df = degf(domain))
    rows[[length(rows) + 1]] <- data.frame(
      group = group, mean = unname(coef(estimate)), standard_error = unname(c(SE(estimate))),
      ci_lower = ends[1], ci_upper = ends[2]
    )
  }
  do.call(rbind, rows)
}

# Outcomes of three families by the same variables; tight control, so that R's own rounding stays below ours.
models_of <- function(design) {
  formulas <- list(
    gaussian = hours ~ age * sex + income, binomial = topics__nature ~ age + sex + income,
    poisson = count ~ age + area
  )
  design$variables$count <- round(design$variables$hours)
  families <- list(gaussian = gaussian(), binomial = binomial(), poisson = poisson())
  coefficients <- list()
  terms <- list()
  margins <- list()
  for (name in names(formulas)) {
    # R scales a quasi-likelihood by nothing but the dispersion, which the design's standard errors do not use.
    model <- suppressWarnings(svyglm(
      formulas[[name]], design, family = families[[name]], control = glm.control(epsilon = 1e-14, maxit = 100)
    ))
    table <- coef(summary(model))
    ends <- confint(model)
    coefficients[[name]] <- data.frame(
      family = name, coefficient = rownames(table), estimate = table[, 1], standard_error = table[, 2],
      t = table[, 3], p_value = table[, 4], ci_lower = ends[, 1], ci_upper = ends[, 2], df = model$df.residual
    )
    for (term in attr(terms(formulas[[name]]), "term.labels")) {
      test <- regTermTest(model, reformulate(term))
      terms[[length(terms) + 1]] <- data.frame(
        family = name, term = term, f_statistic = c(test$Ftest), df1 = test$df, df2 = test$ddf, p_value = c(test$p)
      )
    }
  }
  write_exact(do.call(rbind, coefficients), "expected_models.csv")
  write_exact(do.call(rbind, terms), "expected_terms.csv")
  # Predictive margins: the model without the group, which svypredmeans adds. It cannot leave rows out, so
  # the base is singled out first and holds no missing values.
  for (name in c("hours", "topics__nature")) {
    design$variables$outcome <- outside_zero(input[[name]])
    base <- design[!is.na(input[[name]]), ]
    model <- if (name == "hours") {
      svyglm(outcome ~ sex + income, base, control = glm.control(epsilon = 1e-14, maxit = 100))
    } else {
      suppressWarnings(svyglm(
        outcome ~ sex + income, base, family = binomial(), control = glm.control(epsilon = 1e-14, maxit = 100)
      ))
    }
    found <- suppressWarnings(svypredmeans(model, ~age))
    margins[[name]] <- data.frame(
      outcome = name, age = names(coef(found)), adjusted = unname(coef(found)), standard_error = unname(c(SE(found)))
    )
  }
  write_exact(do.call(rbind, margins), "expected_margins.csv")
}

# Quantiles by Woodruff's interval, and the ratio of two totals.
numbers_of <- function(design) {
  quantiles <- list()
  ratios <- list()
  design$variables$hours <- outside_zero(input$hours)
  for (group in c("all", levels(input$age))) {
    domain <- design[!is.na(input$hours) & (group == "all" | input$age == group), ]
    found <- svyquantile(~hours, domain, c(0.1, 0.5, 0.75), interval.type = "mean", qrule = "math")[[1]]
    quantiles[[group]] <- data.frame(
      group = group, probability = c(0.1, 0.5, 0.75), quantile = found[, 1], ci_lower = found[, 2],
      ci_upper = found[, 3], standard_error = found[, 4]
    )
    ratio <- svyratio(~hours, ~income, domain)
    ends <- confint(ratio, df = degf(domain))
    ratios[[group]] <- data.frame(
      group = group, ratio = c(coef(ratio)), standard_error = c(SE(ratio)), ci_lower = ends[1], ci_upper = ends[2]
    )
  }
  write_exact(do.call(rbind, quantiles), "expected_quantiles.csv")
  write_exact(do.call(rbind, ratios), "expected_ratios.csv")
}

# How many people: the share of those who answered, times the people of the domain.
totals_of <- function(design) {
  rows <- list()
  design$variables$answered <- as.numeric(!is.na(input$time))
  for (option in levels(input$time)) {
    design$variables$chosen <- outside_zero(as.numeric(input$time == option))
    design$variables$everybody <- 1
    for (group in c("all", levels(input$age))) {
      domain <- design[group == "all" | input$age == group, ]
      totals <- svytotal(~ everybody + answered + chosen, domain)
      found <- svycontrast(totals, quote(everybody * chosen / answered))
      rows[[length(rows) + 1]] <- data.frame(
        group = group, option = option, total = unname(c(coef(found))), total_error = unname(c(SE(found)))
      )
    }
  }
  write_exact(do.call(rbind, rows), "expected_totals.csv")
}

report <- function(design) {
  totals_of(design)
  numbers_of(design)
  models_of(design)
  write_exact(data.frame(weight = weights(design)), "expected_weights.csv")
  time <- sapply(levels(input$time), function(option) as.numeric(input$time == option), simplify = FALSE)
  write_exact(proportions_of(design, time), "expected_time.csv")
  topics <- input[grep("^topics__", names(input))]
  names(topics) <- sub("^topics__", "", names(topics))
  write_exact(proportions_of(design, topics), "expected_topics.csv")
  write_exact(means_of(design), "expected_hours.csv")
  write_exact(differences_of(design), "expected_differences.csv")
  test <- svychisq(~time + area, design, statistic = "F")
  write_exact(
    data.frame(
      f_statistic = unname(test$statistic), df1 = unname(test$parameter[1]),
      df2 = unname(test$parameter[2]), p_value = unname(test$p.value)
    ),
    "expected_test.csv"
  )
  writeLines(
    c(R.version.string, paste("survey", packageVersion("survey"))), "r_version.txt"
  )
}
