# Reference numbers for rma: data sets x methods x tests x moderators, at full precision.
# Run: Rscript rma.R  (writes rma.json beside this script). Only numbers are kept from the data sets.
suppressMessages({library(metafor); library(metadat); library(jsonlite)})

sets <- list()
dat <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
sets$bcg <- list(yi = dat$yi, vi = dat$vi, mods = list(ablat = dat$ablat, year = dat$year))
dat <- escalc(measure = "MD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = dat.normand1999)
sets$normand_md <- list(yi = dat$yi, vi = dat$vi, mods = NULL)
dat <- escalc(measure = "SMD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = dat.normand1999)
sets$normand_smd <- list(yi = dat$yi, vi = dat$vi, mods = NULL)
dat <- dat.raudenbush1985
sets$raudenbush <- list(yi = dat$yi, vi = dat$vi, mods = list(weeks = dat$weeks))
dat <- dat.hackshaw1998
sets$hackshaw <- list(yi = dat$yi, vi = dat$vi, mods = list(year = dat$year))
dat <- dat.bangertdrowns2004
keep <- complete.cases(dat[c("yi", "vi", "length", "wic", "feedback", "info", "pers", "imag", "meta")])
dat <- dat[keep, ]
sets$bangertdrowns <- list(yi = dat$yi, vi = dat$vi, mods = list(length = dat$length, wic = dat$wic, feedback = dat$feedback, imag = dat$imag))
dat <- escalc(measure = "RR", ai = ai, ci = ci, n1i = n1i, n2i = n2i, data = dat.linde2005)
dat <- dat[complete.cases(dat[c("yi", "vi", "dosage")]), ]
sets$linde <- list(yi = dat$yi, vi = dat$vi, mods = list(dosage = dat$dosage))
dat <- escalc(measure = "ZCOR", ri = ri, ni = ni, data = dat.molloy2014)
sets$molloy <- list(yi = dat$yi, vi = dat$vi, mods = list(quality = dat$quality, meanage = dat$meanage))
dat <- escalc(measure = "OR", ai = b.xti, n1i = nti, ci = b.xci, n2i = nci, data = dat.collins1985a)
dat <- dat[complete.cases(dat[c("yi", "vi")]), ]
sets$collins <- list(yi = dat$yi, vi = dat$vi, mods = NULL)
dat <- escalc(measure = "ZCOR", ri = ri, ni = ni, data = dat.mcdaniel1994)
sets$mcdaniel <- list(yi = dat$yi, vi = dat$vi, mods = list(struct = as.numeric(dat$struct == "s")))
dat <- escalc(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.yusuf1985)
dat <- dat[complete.cases(dat[c("yi", "vi")]) & dat$table == "6", ]
sets$yusuf <- list(yi = dat$yi, vi = dat$vi, mods = NULL)

num <- function(x) as.vector(x)
methods <- c("EE", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM")
tests <- c("z", "t", "knha", "adhoc")
one <- function(set, method, test, X, weights = NULL) {
  # the threshold of the search is absolute, so a data set on a large scale needs a larger one
  tight <- 1e-12 * max(1, median(set$vi))
  args <- list(yi = as.vector(set$yi), vi = as.vector(set$vi), method = method, test = test,
               control = list(threshold = tight, tol = 1e-13, maxiter = 10000, stepadj = 1))
  if (!is.null(X)) args$mods <- X
  if (!is.null(weights)) args$weights <- weights
  r <- try(suppressWarnings(do.call(rma.uni, args)), silent = TRUE)
  if (inherits(r, "try-error")) return(list(error = as.character(r)))
  out <- list(tau2 = num(r$tau2), se_tau2 = num(r$se.tau2), beta = num(r$beta), se = num(r$se), statistic = num(r$zval),
    p_value = num(r$pval), ci_lower = num(r$ci.lb), ci_upper = num(r$ci.ub), vcov = unname(r$vb),
    QE = num(r$QE), QE_p = num(r$QEp), QM = num(r$QM), QM_p = num(r$QMp), I2 = num(r$I2), H2 = num(r$H2),
    R2 = if (is.null(r$R2)) NA else num(r$R2), fit_ml = num(r$fit.stats$ML), fit_reml = num(r$fit.stats$REML))
  if (test %in% c("z", "knha") && method %in% c("EE", "DL", "REML")) {
    p <- predict(r)
    out$predict <- list(pred = num(p$pred), se = num(p$se), ci_lower = num(p$ci.lb), ci_upper = num(p$ci.ub),
                        pi_lower = num(p$pi.lb), pi_upper = num(p$pi.ub))
    if (is.null(weights)) { b <- blup(r)
    out$blup <- list(pred = num(b$pred), se = num(b$se), pi_lower = num(b$pi.lb), pi_upper = num(b$pi.ub)) }
  }
  out
}

cases <- list()
for (name in names(sets)) {
  set <- sets[[name]]
  designs <- list(none = NULL)
  if (!is.null(set$mods)) designs$mods <- do.call(cbind, set$mods)
  for (dn in names(designs)) for (m in methods) for (te in tests) {
    r <- one(set, m, te, designs[[dn]])
    cases[[length(cases) + 1]] <- c(list(set = name, design = dn, method = m, test = te), r)
  }
  w <- sqrt(1 / as.vector(set$vi))
  for (m in c("GENQ", "REML")) for (te in c("z", "knha")) {
    r <- one(set, m, te, NULL, w)
    cases[[length(cases) + 1]] <- c(list(set = name, design = "none", method = m, test = te, weights = "sqrt"), r)
  }
}

intervals <- list()
for (name in names(sets)) for (m in c("REML", "ML", "DL")) {
  set <- sets[[name]]
  tight <- 1e-12 * max(1, median(set$vi))
  r <- rma.uni(as.vector(set$yi), as.vector(set$vi), method = m, control = list(threshold = tight, maxiter = 10000))
  ci <- try(suppressWarnings(confint(r, control = list(tol = 1e-12, maxiter = 10000,
            tau2.max = 100 * max(1, r$tau2 + median(set$vi))))), silent = TRUE)
  if (!inherits(ci, "try-error"))
    intervals[[length(intervals) + 1]] <- list(set = name, method = m, type = "QP", random = unname(as.matrix(ci$random)))
}

versions <- list(R = R.version.string, metafor = as.character(packageVersion("metafor")), metadat = as.character(packageVersion("metadat")))
for (n in names(sets)) { sets[[n]]$yi <- as.vector(sets[[n]]$yi); sets[[n]]$vi <- as.vector(sets[[n]]$vi) }
write_json(list(versions = versions, sets = sets, cases = cases, intervals = intervals), "rma.json",
           digits = I(17), auto_unbox = TRUE, na = "null", matrix = "rowmajor")
