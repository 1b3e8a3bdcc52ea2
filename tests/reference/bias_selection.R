# Reference numbers for selection models, at full precision.
# Run: Rscript bias_selection.R  (after bias.R, whose data sets it reads; writes bias_selection.json).
suppressMessages({library(metafor); library(jsonlite)})
sets <- fromJSON("bias.json")$sets
num <- function(x) if (is.null(x)) NA else as.vector(x)
cases <- list()
one <- function(set, type, alternative, ..., mods = FALSE, method = "ML") {
  s <- sets[[set]]
  more <- list(...)
  X <- if (mods) cbind(1, s$x - mean(s$x)) else NULL
  args <- list(yi = s$yi, vi = s$vi, method = method, control = list(threshold = 1e-13, maxiter = 10000))
  if (mods) args <- c(args, list(mods = X[, 2]))
  setTimeLimit(elapsed = 45, transient = TRUE); on.exit(setTimeLimit())
  r <- try(suppressWarnings({
    f <- do.call(rma, args)
    do.call(selmodel, c(list(f, type = type, alternative = alternative, control = list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15, maxit = 10000)), more))
  }), silent = TRUE)
  label <- paste(set, type, alternative)
  if (inherits(r, "try-error")) { cat("failed", label, as.character(r), "\n"); return() }
  cat(label, round(r$beta, 3), round(r$tau2, 4), round(r$delta, 3), "\n")
  cases[[length(cases) + 1]] <<- list(set = set, type = type, alternative = alternative, steps = if (is.null(more$steps)) NA else I(more$steps),
    fixed = if (is.null(more$delta)) NA else I(more$delta), mods = mods, method = method,
    beta = I(num(r$beta)), se = I(num(r$se)), tau2 = num(r$tau2), se_tau2 = num(r$se.tau2), delta = I(num(r$delta)), se_delta = I(num(r$se.delta)),
    loglik = num(logLik(r)), LRT = num(r$LRT), LRT_df = num(r$LRTdf), LRT_p = num(r$LRTp), tau2_LRT = num(r$LRT.tau2))
}
for (set in c("hackshaw", "baskerville", "mcdaniel")) {
  one(set, "stepfun", "greater", steps = .025)
  one(set, "stepfun", "greater", steps = c(.025, .5))
  one(set, "stepfun", "two.sided", steps = .05)
  one(set, "stepfun", "two.sided", steps = c(.05, .3))
  if (set != "mcdaniel") one(set, "stepfun", "greater", steps = .025, mods = TRUE)
  one(set, "stepfun", "greater", steps = .05, method = "EE")
  one(set, "stepfun", "greater", steps = c(.005, .01, .05, .10, .25, .35, .50, .65, .75, .90, .95, .99, .995, 1),
      delta = c(1, 0.99, 0.95, 0.80, 0.75, 0.65, 0.60, 0.55, 0.50, 0.50, 0.50, 0.50, 0.50, 0.50))
  for (type in c(if (set == "hackshaw") "beta", "halfnorm", "negexp", "logistic", "power")) one(set, type, "greater")
  for (type in c("halfnorm", "negexp", "logistic", "power")) one(set, type, "two.sided")
  if (set != "mcdaniel") one(set, "halfnorm", "greater", mods = TRUE)
  one(set, "halfnorm", "greater", steps = .025)
  one(set, "negexp", "greater", steps = .025)
  one(set, "power", "greater", steps = .025)
}
one("bcg", "stepfun", "less", steps = .025)
one("bcg", "negexp", "less")
out <- list(r = R.version.string, metafor = as.character(packageVersion("metafor")), cases = cases)
writeLines(toJSON(out, digits = I(17), auto_unbox = TRUE, na = "null"), "bias_selection.json")
