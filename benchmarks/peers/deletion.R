# Deleting each study in turn and profiling both variances in metafor: CPU seconds as one line of JSON.
suppressMessages({library(metafor); library(clubSandwich)})
d <- read.csv(commandArgs(TRUE)[1])
cpu <- function(f) { used <- system.time(f()); used[["user.self"]] + used[["sys.self"]] }
V <- impute_covariance_matrix(d$vi, d$study, r = 0.6)
fit <- rma.mv(yi ~ 1 + f + x + z, V, random = ~ 1 | study / es, data = d, sparse = TRUE)
out <- list()
out$leave_one_study_out <- cpu(function() cooks.distance(fit, cluster = d$study))
out$profile <- cpu(function() confint(fit))
cat(jsonlite::toJSON(out, auto_unbox = TRUE, digits = 10), "\n")
