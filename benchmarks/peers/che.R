# Correlated and hierarchical effects in metafor + clubSandwich, and robumeta's robu: CPU seconds as one line of JSON.
suppressMessages({library(metafor); library(clubSandwich); library(robumeta)})
d <- read.csv(commandArgs(TRUE)[1])
cpu <- function(n, f) { used <- system.time(for (i in 1:n) f()); (used[["user.self"]] + used[["sys.self"]]) / n }
n <- if (nrow(d) < 500) 5 else 1
out <- list()
V <- NULL; fit <- NULL
out$fit <- cpu(n, function() {
  V <<- impute_covariance_matrix(d$vi, d$study, r = 0.6)
  fit <<- rma.mv(yi ~ 1 + f + x + z, V, random = ~ 1 | study / es, data = d, sparse = TRUE)
})
out$cr2 <- cpu(n, function() coef_test(fit, vcov = "CR2"))
vcr <- vcovCR(fit, type = "CR2")
out$htz <- cpu(n, function() Wald_test(fit, constrain_zero(2:3), vcov = vcr))
out$robu <- cpu(n, function() robu(yi ~ 1 + f + x + z, data = d, studynum = study, var.eff.size = vi, rho = 0.8, small = TRUE))
cat(jsonlite::toJSON(out, auto_unbox = TRUE, digits = 10), "\n")
