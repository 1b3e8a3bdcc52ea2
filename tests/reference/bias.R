# Reference numbers for the methods of publication bias, at full precision.
# Run: Rscript bias.R  (writes bias.json beside this script). Only numbers are kept from the data sets.
suppressMessages({library(metafor); library(metadat); library(jsonlite)})

sets <- list()
dat <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
sets$bcg <- list(yi = dat$yi, vi = dat$vi, ni = with(dat.bcg, tpos + tneg + cpos + cneg), x = dat$ablat)
dat <- dat.hackshaw1998
sets$hackshaw <- list(yi = dat$yi, vi = dat$vi, ni = dat$cases, x = dat$year)
dat <- dat.raudenbush1985
sets$raudenbush <- list(yi = dat$yi, vi = dat$vi, ni = dat$n1i + dat$n2i, x = dat$weeks)
dat <- escalc(measure = "ZCOR", ri = ri, ni = ni, data = dat.molloy2014)
sets$molloy <- list(yi = dat$yi, vi = dat$vi, ni = dat$ni, x = dat$meanage)
dat <- dat.baskerville2012
sets$baskerville <- list(yi = dat$smd, vi = dat$se^2, ni = round(4 / dat$se^2), x = dat$year)
dat <- escalc(measure = "ZCOR", ri = ri, ni = ni, data = dat.mcdaniel1994)
dat <- dat[!duplicated(dat$ni), ]
sets$mcdaniel <- list(yi = dat$yi, vi = dat$vi, ni = dat$ni, x = as.numeric(dat$struct == "s"))
sets <- lapply(sets, function(s) lapply(s, as.vector))

num <- function(x) if (is.null(x)) NA else as.vector(x)
quiet <- function(expr) suppressWarnings(suppressMessages(expr))
fit <- function(s, method = "REML", ...) quiet(rma(s$yi, s$vi, ni = s$ni, method = method,
  control = list(threshold = 1e-13, tol = 1e-13, maxiter = 10000), ...))

cases <- list(); add <- function(x) cases[[length(cases) + 1]] <<- x
for (name in names(sets)) {
  s <- sets[[name]]
  for (model in c("rma", "lm")) for (predictor in c("sei", "vi", "ni", "ninv", "sqrtni", "sqrtninv"))
    for (method in if (model == "rma") c("REML", "DL", "EE") else "REML") for (test in if (model == "rma") c("z", "knha") else "z") {
    r <- quiet(regtest(fit(s, method, test = test), model = model, predictor = predictor))
    add(list(what = "regtest", set = name, model = model, predictor = predictor, method = method, test = test,
      statistic = num(r$zval), p_value = num(r$pval), df = num(r$dfs), limit = num(r$est), limit_lower = num(r$ci.lb), limit_upper = num(r$ci.ub)))
  }
  r <- quiet(ranktest(s$yi, s$vi)); add(list(what = "ranktest", set = name, tau = num(r$tau), p_value = num(r$pval)))
  for (estimator in c("L0", "R0", "Q0")) for (side in c("auto", "left", "right")) for (method in c("REML", "DL", "EE")) {
    f <- fit(s, method)
    r <- try(quiet(if (side == "auto") trimfill(f, estimator = estimator) else trimfill(f, estimator = estimator, side = side)), silent = TRUE)
    if (inherits(r, "try-error")) next
    add(list(what = "trimfill", set = name, estimator = estimator, side = side, method = method, chosen = r$side, k0 = num(r$k0), se_k0 = num(r$se.k0),
      p_k0 = num(r$p.k0), beta = num(r$beta), se = num(r$se), tau2 = num(r$tau2), ci_lower = num(r$ci.lb), ci_upper = num(r$ci.ub), fill = as.vector(r$yi[r$fill])))
  }
  for (type in c("Rosenthal", "Orwin", "Rosenberg")) for (alpha in c(.05, .01)) for (weighted in c(FALSE, TRUE)) {
    r <- quiet(fsn(s$yi, s$vi, type = type, alpha = alpha, weighted = weighted))
    add(list(what = "fsn", set = name, type = type, alpha = alpha, weighted = weighted, fsnum = num(r$fsnum), target = num(r$target), p_value = num(r$pval), average = num(r$meanes)))
  }
  cat(name, "\n")
  for (test in c("chi2", "binom", "exact")) for (alt in c("greater", "less", "two.sided")) for (tes in c("greater", "less", "two.sided")) for (method in c("EE", "REML")) {
    if (test == "exact" && name != "bcg") next  # its enumeration grows as 2^k
    r <- try(quiet(tes(fit(s, method), test = test, alternative = alt, tes.alternative = tes, progbar = FALSE)), silent = TRUE)
    if (inherits(r, "try-error")) next
    add(list(what = "tes", set = name, test = test, alternative = alt, tes_alternative = tes, method = method, O = num(r$O), E = num(r$E), theta = num(r$theta), tau2 = num(r$tau2),
      power = num(r$power), statistic = num(r$X2), p_value = num(r$pval), theta_lim = num(r$theta.lim)))
  }
  h <- quiet(hc(fit(s, "DL"), control = list(tol = 1e-13)))
  add(list(what = "hc", set = name, beta = num(h$beta), se = num(h$se), ci_lower = num(h$ci.lb), ci_upper = num(h$ci.ub), tau2 = num(h$tau2)))
}
out <- list(r = R.version.string, metafor = as.character(packageVersion("metafor")), metadat = as.character(packageVersion("metadat")), sets = sets, cases = cases)
writeLines(toJSON(out, digits = I(17), auto_unbox = TRUE, na = "null"), "bias.json")
cat(length(cases), "\n")
