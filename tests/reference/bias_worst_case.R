# Reference numbers for the worst-case mean: robumeta's mean with a user's weights, at full precision.
# Run: Rscript bias_worst_case.R  (writes bias_worst_case.json beside this script).
suppressMessages({library(robumeta); library(jsonlite)})
data(corrdat); data(hierdat)
sets <- list(corrdat = with(corrdat, list(yi = effectsize, vi = var, cluster = as.character(studyid))),
             hierdat = with(hierdat, list(yi = effectsize, vi = var, cluster = as.character(studyid))))
cases <- list()
for (name in names(sets)) for (eta in c(1, 3, 20)) {
  d <- as.data.frame(sets[[name]]); tau2 <- 0.05
  affirmative <- 2 * pnorm(-abs(d$yi) / sqrt(d$vi)) < .05 & d$yi > 0
  d$w <- ifelse(affirmative, 1, eta) / (d$vi + tau2)
  r <- robu(yi ~ 1, data = d, studynum = cluster, var.eff.size = vi, userweights = w, small = TRUE)
  cases[[length(cases) + 1]] <- list(set = name, eta = eta, tau2 = tau2, estimate = r$reg_table$b.r, se = r$reg_table$SE, df = r$reg_table$dfs)
}
out <- list(r = R.version.string, robumeta = as.character(packageVersion("robumeta")), sets = sets, cases = cases)
writeLines(toJSON(out, digits = I(17), auto_unbox = TRUE), "bias_worst_case.json")
