# Reference numbers for what follows a fit: deletion diagnostics, leave-one-out, cumulative fits, exact
# permutation tests, Mantel-Haenszel, Peto, location-scale models. Run: Rscript rma_more.R
suppressMessages({library(metafor); library(metadat); library(jsonlite)})
num <- function(x) as.vector(x)
dat <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
yi <- num(dat$yi); vi <- num(dat$vi); ablat <- dat$ablat; year <- dat$year
tight <- list(threshold = 1e-13, tol = 1e-13, maxiter = 10000)

diagnostics <- list(); left <- list(); cumulated <- list()
for (m in c("EE", "DL", "REML", "PM")) for (te in c("z", "knha")) for (mo in c("none", "ablat")) {
  r <- if (mo == "none") rma(yi, vi, method = m, test = te, control = tight) else rma(yi, vi, mods = ~ ablat, method = m, test = te, control = tight)
  i <- influence(r); s <- rstandard(r); d <- rstudent(r)
  diagnostics[[length(diagnostics) + 1]] <- list(method = m, test = te, mods = mo, rstudent = num(i$inf$rstudent),
    dffits = num(i$inf$dffits), cook = num(i$inf$cook.d), covratio = num(i$inf$cov.r), tau2 = num(i$inf$tau2.del),
    QE = num(i$inf$QE.del), hat = num(i$inf$hat), weight = num(i$inf$weight), dfbs = unname(as.matrix(as.data.frame(i$dfbs))),
    raw_resid = num(s$resid), raw_se = num(s$se), raw_z = num(s$z), del_resid = num(d$resid), del_se = num(d$se))
  if (mo == "none") {
    l <- leave1out(r); u <- cumul(r, order = year)
    f <- function(l) list(estimate = num(l$estimate), se = num(l$se), statistic = num(if (is.null(l$zval)) l$tval else l$zval), p_value = num(l$pval),
      ci_lower = num(l$ci.lb), ci_upper = num(l$ci.ub), QE = num(l$Q), QE_p = num(l$Qp), tau2 = num(l$tau2), I2 = num(l$I2), H2 = num(l$H2))
    left[[length(left) + 1]] <- c(list(method = m, test = te), f(l))
    cumulated[[length(cumulated) + 1]] <- c(list(method = m, test = te), f(u))
  }
}

perm <- list()
small <- 1:7
for (m in c("EE", "DL", "REML")) for (te in c("z", "knha")) {
  r <- rma(yi[small], vi[small], method = m, test = te, control = tight)
  p <- permutest(r, exact = TRUE, progbar = FALSE)
  perm[[length(perm) + 1]] <- list(method = m, test = te, mods = "none", p_value = num(p$pval))
  few <- 1:6
  r <- rma(yi[few], vi[few], mods = ~ ablat[few], method = m, test = te, control = tight)
  p <- permutest(r, exact = TRUE, progbar = FALSE)
  perm[[length(perm) + 1]] <- list(method = m, test = te, mods = "ablat", p_value = num(p$pval), QM_p = num(p$QMp))
}

mh <- list()
tab <- list(bcg = dat.bcg[c("tpos", "tneg", "cpos", "cneg")], yusuf = with(dat.yusuf1985[dat.yusuf1985$table == "6", ],
  data.frame(tpos = ai, tneg = n1i - ai, cpos = ci, cneg = n2i - ci)))
tab$zeros <- data.frame(tpos = c(0, 3, 0, 5), tneg = c(20, 17, 30, 25), cpos = c(2, 6, 0, 9), cneg = c(18, 14, 31, 22))
for (n in names(tab)) for (me in c("OR", "RR", "RD")) for (co in c(TRUE, FALSE)) {
  d <- tab[[n]]
  r <- suppressWarnings(rma.mh(ai = d$tpos, bi = d$tneg, ci = d$cpos, di = d$cneg, measure = me, correct = co))
  mh[[length(mh) + 1]] <- list(data = n, measure = me, correct = co, beta = num(r$beta), se = num(r$se), p_value = num(r$pval),
    ci_lower = num(r$ci.lb), ci_upper = num(r$ci.ub), QE = num(r$QE), QE_p = num(r$QEp), MH = num(r$MH), MH_p = num(r$MHp),
    TA = num(r$TA), TA_p = num(r$TAp), BD = num(r$BD), BD_p = num(r$BDp), k = r$k, k_yi = r$k.yi, I2 = r$I2, H2 = r$H2)
}
rates <- dat.nielweise2008
for (me in c("IRR", "IRD")) for (co in c(TRUE, FALSE)) {
  r <- suppressWarnings(rma.mh(x1i = x1i, t1i = t1i, x2i = x2i, t2i = t2i, data = rates, measure = me, correct = co))
  mh[[length(mh) + 1]] <- list(data = "nielweise", measure = me, correct = co, beta = num(r$beta), se = num(r$se), p_value = num(r$pval),
    ci_lower = num(r$ci.lb), ci_upper = num(r$ci.ub), QE = num(r$QE), QE_p = num(r$QEp), MH = num(r$MH), MH_p = num(r$MHp), k = r$k, k_yi = r$k.yi, I2 = r$I2, H2 = r$H2)
}
peto <- list()
for (n in names(tab)) {
  d <- tab[[n]]
  r <- suppressWarnings(rma.peto(ai = d$tpos, bi = d$tneg, ci = d$cpos, di = d$cneg))
  peto[[length(peto) + 1]] <- list(data = n, beta = num(r$beta), se = num(r$se), p_value = num(r$pval), ci_lower = num(r$ci.lb),
    ci_upper = num(r$ci.ub), QE = num(r$QE), QE_p = num(r$QEp), k = r$k, k_yi = r$k.yi, I2 = r$I2, H2 = r$H2)
}

scale <- list()
# the tightest search that converges: no optimizer does on all of these models
fit_scale <- function(mods, scale, m, li = "log", te = "z") {
  controls <- list(list(optimizer = "nlminb", rel.tol = 1e-13), list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15),
    list(optimizer = "nlm", gradtol = 1e-10, steptol = 1e-12), list(optimizer = "optim", optmethod = "Nelder-Mead", reltol = 1e-15, maxit = 20000), list())
  for (co in controls) {
    r <- try(suppressWarnings(rma(yi = bd$yi, vi = bd$vi, mods = mods, scale = scale, method = m, link = li, test = te, control = c(co, list(hessianCtrl = list(r = 8))))), silent = TRUE)
    if (!inherits(r, "try-error")) return(r)
  }
  r
}
bd <- dat.bangertdrowns2004
bd <- bd[complete.cases(bd[c("yi", "vi", "ni", "grade", "imag")]), ]
for (m in c("ML", "REML")) for (li in c("log", "identity")) for (te in c("z", "t")) {
  r <- try(fit_scale(~ bd$imag, ~ bd$imag, m, li, te), silent = TRUE)
  if (!inherits(r, "try-error")) scale[[length(scale) + 1]] <- list(method = m, link = li, test = te, beta = num(r$beta), se = num(r$se),
    p_value = num(r$pval), alpha = num(r$alpha), se_alpha = num(r$se.alpha), p_alpha = num(r$pval.alpha), ci_lower_alpha = num(r$ci.lb.alpha),
    tau2 = num(r$tau2), loglik = num(logLik(r)), QM = num(r$QM), QS = num(r$QS), QE = num(r$QE))
}
for (m in c("ML", "REML")) {
  r <- try(fit_scale(~ 1, ~ I(bd$ni / 100), m), silent = TRUE)
  if (inherits(r, "try-error")) next
  scale[[length(scale) + 1]] <- list(method = m, link = "log", test = "z", scale = "ni100", beta = num(r$beta), se = num(r$se),
    p_value = num(r$pval), alpha = num(r$alpha), se_alpha = num(r$se.alpha), p_alpha = num(r$pval.alpha), ci_lower_alpha = num(r$ci.lb.alpha),
    tau2 = num(r$tau2), loglik = num(logLik(r)), QM = num(r$QM), QS = num(r$QS), QE = num(r$QE))
}

versions <- list(R = R.version.string, metafor = as.character(packageVersion("metafor")), metadat = as.character(packageVersion("metadat")))
write_json(list(versions = versions, bcg = list(yi = yi, vi = vi, ablat = ablat, year = year), tables = lapply(tab, as.list),
  rates = as.list(rates[c("x1i", "t1i", "x2i", "t2i")]), bangert = list(yi = num(bd$yi), vi = num(bd$vi), ni = bd$ni, imag = bd$imag),
  diagnostics = diagnostics, leave_one_out = left, cumulative = cumulated, permutation = perm, mantel_haenszel = mh, peto = peto,
  location_scale = scale), "rma_more.json", digits = I(17), auto_unbox = TRUE, na = "null", matrix = "rowmajor")
