# Reference numbers for rma_mv and vcalc: metafor's rma.mv on data that metadat ships, at full precision.
# Run: Rscript mv.R  (writes mv.json beside this script). Only numbers are kept from the data sets.
suppressMessages({library(metafor); library(metadat); library(clubSandwich); library(jsonlite)})
num <- function(x) as.vector(x)
# The best of several optimisers, each as tight as it goes (one alone stops at 1e-7 or so, or fails).
controls <- list(list(optimizer = "nlminb", rel.tol = 1e-12, x.tol = 1e-9), list(optimizer = "nlminb"),
  list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15, maxit = 10000),
  list(optimizer = "optim", optmethod = "Nelder-Mead", reltol = 1e-15, maxit = 20000))
mv <- function(...) {
  best <- NULL; asked <- match.call(expand.dots = FALSE)$...; here <- parent.frame()
  for (control in controls) {
    r <- try(suppressWarnings(eval(as.call(c(list(quote(rma.mv)), asked, list(control = control))), here)), silent = TRUE)
    if (!inherits(r, "try-error") && (is.null(best) || logLik(r) > logLik(best))) best <- r
  }
  best
}

outcome <- function(r) {
  out <- list(sigma2 = num(r$sigma2), tau2 = num(r$tau2), rho = num(r$rho), gamma2 = num(r$gamma2), phi = num(r$phi),
    beta = num(r$beta), se = num(r$se), p_value = num(r$pval), vcov = unname(r$vb), ci_lower = num(r$ci.lb), ci_upper = num(r$ci.ub),
    QE = num(r$QE), QE_p = num(r$QEp), QM = num(r$QM), QM_p = num(r$QMp),
    loglik = num(logLik(r)), AIC = num(AIC(r)), BIC = num(BIC(r)), AICc = num(AIC(r, correct = TRUE)))
  out
}
robust_part <- function(r, cluster) {
  one <- function(type) { t <- coef_test(r, vcov = type, cluster = cluster); list(se = num(t$SE), df = num(t$df_Satt), p = num(t$p_Satt)) }
  list(CR0 = one("CR0"), CR2 = one("CR2"))
}

cases <- list()
add <- function(name, data, call, note) cases[[name]] <<- c(list(data = data), call, note)

# 1 three levels: schools in districts
d <- dat.konstantopoulos2011
data <- list(yi = num(d$yi), vi = d$vi, district = d$district, school = d$school, year = d$year)
for (method in c("REML", "ML")) {
  r <- mv(yi, vi, random = ~ 1 | district/school, data = d, method = method)
  e <- outcome(r); e$robust <- robust_part(r, d$district)
  b <- ranef(r); e$ranef <- lapply(b, function(x) list(intrcpt = num(x$intrcpt), se = num(x$se)))
  p <- predict(r); e$predict <- num(c(p$pred, p$se, p$ci.lb, p$ci.ub, p$pi.lb, p$pi.ub))
  add(paste0("konstantopoulos_", method), data, list(random = "district/school", formula = "yi ~ 1", method = method), e)
}
r <- mv(yi, vi, mods = ~ I(year - mean(year)), random = ~ 1 | district/school, data = d, test = "t")
data$x <- d$year - mean(d$year)
e <- outcome(r); e$robust <- robust_part(r, d$district)
add("konstantopoulos_year", data, list(random = "district/school", formula = "yi ~ 1 + x", method = "REML", test = "t"), e)
r <- mv(yi, vi, random = ~ 1 | district/school, data = d, sigma2 = c(.05, .02))
e <- outcome(r); e$robust <- robust_part(r, d$district)
add("konstantopoulos_fixed", data, list(random = "district/school", formula = "yi ~ 1", method = "REML", fixed = list(sigma2 = c(.05, .02))), e)
r <- mv(yi, vi, random = ~ factor(school) | district, data = d)
add("konstantopoulos_cs", data, list(random = "school|district", struct = "CS", formula = "yi ~ 1", method = "REML"), outcome(r))
r <- mv(yi, vi, random = list(~ 1 | district/school, ~ 1 | year), data = d)
b <- ranef(r); e <- outcome(r); e$ranef <- lapply(b, function(x) list(intrcpt = num(x$intrcpt), se = num(x$se)))
add("konstantopoulos_crossed", data, list(random = c("district/school", "year"), formula = "yi ~ 1", method = "REML"), e)
r <- mv(yi, vi, random = list(~ 1 | district/school, ~ 1 | year), data = d, sigma2 = c(.05, NA, .01))
add("konstantopoulos_part", data, list(random = c("district/school", "year"), formula = "yi ~ 1", method = "REML", fixed = list(sigma2 = list(.05, NULL, .01))), outcome(r))

# 2 correlated sampling errors and three levels
d <- dat.assink2016
V <- vcalc(vi, cluster = study, obs = esid, data = d, rho = 0.6)
data <- list(yi = num(d$yi), vi = d$vi, study = d$study, esid = d$esid, year = d$year, general = as.numeric(d$deltype == "general"))
for (method in c("REML", "ML")) {
  r <- mv(yi, V, random = ~ 1 | study/esid, data = d, method = method)
  e <- outcome(r); e$robust <- robust_part(r, d$study)
  add(paste0("assink_", method), data, list(random = "study/esid", formula = "yi ~ 1", method = method, V = list(obs = "esid", cluster = "study", rho = 0.6)), e)
}
r <- mv(yi, V, mods = ~ year + I(deltype == "general"), random = ~ 1 | study/esid, data = d)
e <- outcome(r); e$robust <- robust_part(r, d$study)
add("assink_mods", data, list(random = "study/esid", formula = "yi ~ 1 + year + general", method = "REML", V = list(obs = "esid", cluster = "study", rho = 0.6)), e)
r <- mv(yi, V, mods = ~ year, random = ~ 1 | study/esid, data = d, sigma2 = c(.09, .11))
e <- outcome(r); e$robust <- robust_part(r, d$study)
add("assink_fixed", data, list(random = "study/esid", formula = "yi ~ 1 + year", method = "REML", V = list(obs = "esid", cluster = "study", rho = 0.6), fixed = list(sigma2 = c(.09, .11))), e)

# 3 two outcomes of each trial
d <- dat.berkey1998
V <- vcalc(vi = 1, cluster = author, rvars = c(v1i, v2i), data = d)
data <- list(yi = num(d$yi), vi = d$vi, v1i = d$v1i, v2i = d$v2i, trial = d$trial, outcome = d$outcome, year = d$year - 1983,
  al = as.numeric(d$outcome == "AL"), pd = as.numeric(d$outcome == "PD"))
for (struct in c("UN", "CS", "HCS", "DIAG", "ID")) for (method in c("REML", "ML")) {
  r <- mv(yi, V, mods = ~ outcome - 1, random = ~ outcome | trial, struct = struct, data = d, method = method)
  e <- outcome(r); e$robust <- robust_part(r, d$trial)
  add(paste0("berkey_", struct, "_", method), data, list(random = "outcome|trial", struct = struct, formula = "yi ~ 0 + al + pd", method = method, V = list(cluster = "trial", rvars = c("v1i", "v2i"))), e)
}
r <- mv(yi, V, mods = ~ outcome + outcome:I(year - 1983) - 1, random = ~ outcome | trial, struct = "UN", data = d, method = "ML")
add("berkey_year", data, list(random = "outcome|trial", struct = "UN", formula = "yi ~ 0 + al + pd + al:year + pd:year", method = "ML", V = list(cluster = "trial", rvars = c("v1i", "v2i"))), outcome(r))
r <- mv(yi, V, mods = ~ outcome - 1, random = ~ outcome | trial, struct = "UN", data = d, tau2 = c(.03, .01), rho = .4)
e <- outcome(r); e$robust <- robust_part(r, d$trial)
b <- ranef(r)[[1]]; e$ranef <- list(list(intrcpt = num(b$intrcpt), se = num(b$se)))
add("berkey_fixed", data, list(random = "outcome|trial", struct = "UN", formula = "yi ~ 0 + al + pd", method = "REML", V = list(cluster = "trial", rvars = c("v1i", "v2i")), fixed = list(tau2 = c(.03, .01), rho = .4)), e)

# 4 proposals in applications, small variances
d <- escalc(measure = "OR", ai = waward, n1i = wtotal, ci = maward, n2i = mtotal, data = dat.bornmann2007)
data <- list(yi = num(d$yi), vi = num(d$vi), study = d$study, obs = d$obs, fellow = as.numeric(d$type == "Fellowship"))
for (form in c("1", "fellow")) {
  r <- if (form == "1") mv(yi, vi, random = ~ 1 | study/obs, data = d) else mv(yi, vi, mods = ~ I(type == "Fellowship"), random = ~ 1 | study/obs, data = d)
  e <- outcome(r); e$robust <- robust_part(r, d$study)
  add(paste0("bornmann_", form), data, list(random = "study/obs", formula = paste("yi ~ 1 +", form), method = "REML"), e)
}

# 5 samples in studies with several criteria
d <- escalc(measure = "ZCOR", ri = ri, ni = ni, data = dat.crede2010)
data <- list(yi = num(d$yi), vi = num(d$vi), studyid = d$studyid, sampleid = d$sampleid, criterion = d$criterion, id = seq_len(nrow(d)))
r <- mv(yi, vi, random = ~ 1 | studyid/sampleid, data = d[d$criterion == "grade", ])
e <- outcome(r); keep <- d$criterion == "grade"
add("crede_grade", lapply(data, function(x) x[keep]), list(random = "studyid/sampleid", formula = "yi ~ 1", method = "REML"), e)
d$id <- seq_len(nrow(d))
r <- mv(yi, vi, random = ~ 1 | studyid/sampleid/id, data = d)
add("crede_four_levels", data, list(random = "studyid/sampleid/id", formula = "yi ~ 1", method = "REML"), outcome(r))
r <- mv(yi, vi, mods = ~ criterion - 1, random = ~ criterion | studyid, struct = "UN", data = d)
data$grade <- as.numeric(d$criterion == "grade"); data$gpa <- as.numeric(d$criterion == "gpa")
add("crede_un", data, list(random = "criterion|studyid", struct = "UN", formula = "yi ~ 0 + gpa + grade", method = "REML"), outcome(r))

# 6 repeated measurement
dw <- reshape(dat.ishak2007, direction = "long", idvar = "study", v.names = c("yi", "vi"), varying = list(c(2, 4, 6, 8), c(3, 5, 7, 9)))
dw <- dw[order(dw$study, dw$time), ]; dw <- dw[!is.na(dw$yi), ]
dw$months <- c(3, 6, 12, 24)[dw$time]
V <- vcalc(vi, cluster = study, time1 = time, phi = 0.97, data = dw)
data <- list(yi = dw$yi, vi = dw$vi, study = dw$study, time = dw$time, months = dw$months, t1 = 1 * (dw$time == 1), t2 = 1 * (dw$time == 2), t3 = 1 * (dw$time == 3), t4 = 1 * (dw$time == 4))
for (struct in c("AR", "HAR", "CS", "HCS", "UN")) {
  r <- mv(yi, V, mods = ~ factor(time) - 1, random = ~ time | study, struct = struct, data = dw)
  e <- outcome(r); e$robust <- if (struct %in% c("AR", "HAR")) robust_part(r, dw$study) else NULL
  add(paste0("ishak_", struct), data, list(random = "time|study", struct = struct, formula = "yi ~ 0 + t1 + t2 + t3 + t4", method = "REML", V = list(cluster = "study", time1 = "time", phi = .97)), e)
}
r <- mv(yi, V, mods = ~ factor(time) - 1, random = ~ months | study, struct = "CAR", data = dw)
add("ishak_CAR", data, list(random = "months|study", struct = "CAR", formula = "yi ~ 0 + t1 + t2 + t3 + t4", method = "REML", V = list(cluster = "study", time1 = "time", phi = .97)), outcome(r))
for (s in list(list("AR", "time"), list("HAR", "time"), list("CAR", "months"))) {
  tau2 <- if (s[[1]] == "HAR") c(20, 30, 25, 15) else 25
  r <- mv(yi, V, mods = ~ factor(time) - 1, random = as.formula(paste("~", s[[2]], "| study")), struct = s[[1]], data = dw, tau2 = tau2, rho = .8)
  add(paste0("ishak_", s[[1]], "_fixed"), data, list(random = paste0(s[[2]], "|study"), struct = s[[1]], formula = "yi ~ 0 + t1 + t2 + t3 + t4", method = "REML", V = list(cluster = "study", time1 = "time", phi = .97), fixed = list(tau2 = tau2, rho = .8)), outcome(r))
}

# 7 arms of trials and of single-arm studies
d <- dat.begg1989; d$study <- as.character(d$study); d$id <- seq_len(nrow(d))
data <- list(yi = num(d$yi), vi = num(d$vi), study = d$study, trt = d$trt, cmo = as.numeric(d$trt == "CMO"), id = d$id)
r <- mv(yi, vi, mods = ~ trt, random = ~ 1 | study/trt, data = d)
add("begg_nested", data, list(random = "study/trt", formula = "yi ~ 1 + cmo", method = "REML"), outcome(r))
r <- mv(yi, vi, mods = ~ trt, random = ~ trt | study, struct = "UN", data = d, rho = 0)
add("begg_un_rho0", data, list(random = "trt|study", struct = "UN", formula = "yi ~ 1 + cmo", method = "REML", fixed = list(rho = 0)), outcome(r))

# 8 a network: consistency and inconsistency (gamma) by two random terms
d <- escalc(measure = "PLO", xi = xi, ni = ni, data = dat.hasselblad1998, add = 1/2, to = "all")
d$trt <- as.character(d$trt)
data <- list(yi = num(d$yi), vi = num(d$vi), study = d$study, trt = d$trt, id = d$id,
  ind = 1 * (d$trt == "ind_counseling"), grp = 1 * (d$trt == "grp_counseling"), self = 1 * (d$trt == "self_help"))
r <- mv(yi, vi, mods = ~ factor(study) + I(trt == "ind_counseling") + I(trt == "grp_counseling") + I(trt == "self_help"), random = ~ trt | study, rho = 1/2, data = d)
add("hasselblad_network", data, list(random = "trt|study", struct = "CS", formula = "yi ~ 1 + C(study) + ind + grp + self", method = "REML", fixed = list(rho = .5)), outcome(r))
r <- mv(yi, vi, mods = ~ trt, random = list(~ 1 | study, ~ 1 | trt, ~ 1 | id), data = d, sigma2 = c(NA, 0.01, NA))
add("hasselblad_crossed", data, list(random = c("study", "trt", "id"), formula = "yi ~ 1 + ind + grp + self", method = "REML", fixed = list(sigma2 = list(NULL, .01, NULL))), {o <- outcome(r); o$beta <- NULL; o$se <- NULL; o$vcov <- NULL; o$ci_lower <- NULL; o$ci_upper <- NULL; o$p_value <- NULL; o})

# vcalc by itself: every kind of overlap
set.seed(1); k <- 30
f <- list(vi = runif(k, .05, .3), cluster = rep(1:6, each = 5), obs = rep(1:5, 6), type = sample(c("a", "b", "c"), k, TRUE), time = sample(1:4, k, TRUE), sub = sample(1:2, k, TRUE))
R <- matrix(c(1, .2, .3, .2, 1, .4, .3, .4, 1), 3, dimnames = list(c("a", "b", "c"), c("a", "b", "c")))
g1 <- sample(1:3, k, TRUE); g2 <- g1 %% 3 + 1; w <- c(10, 20, 35); t2 <- sample(1:4, k, TRUE); within <- rep(c(TRUE, FALSE), k / 2)
g2[within] <- g1[within]; t2 <- ifelse(within & t2 == f$time, t2 + 1, t2)
V <- function(...) unname(as.matrix(vcalc(..., checkpd = FALSE)))
vc <- list(
  obs = V(f$vi, f$cluster, obs = f$obs, rho = .6),
  obs_sub = V(f$vi, f$cluster, obs = f$obs, subgroup = f$sub, rho = .6),
  type_obs = V(f$vi, f$cluster, obs = f$obs, type = f$type, rho = c(.7, .3)),
  type_matrix = V(f$vi, f$cluster, obs = f$obs, type = f$type, rho = list(.7, R)),
  time = V(f$vi, f$cluster, obs = f$obs, time1 = f$time, rho = .7, phi = .8),
  groups = V(f$vi, f$cluster, obs = f$obs, grp1 = g1, grp2 = g2, time1 = f$time, time2 = t2, phi = .8, rho = .9, w1 = w[g1], w2 = w[g2]),
  groups_equal = V(f$vi, f$cluster, obs = f$obs, grp1 = g1, grp2 = g2, time1 = f$time, time2 = t2, phi = .8, rho = .9))
f$grp1 <- g1; f$grp2 <- g2; f$time2 <- t2; f$w1 <- w[g1]; f$w2 <- w[g2]

out <- list(versions = list(R = R.version.string, metafor = as.character(packageVersion("metafor")), clubSandwich = as.character(packageVersion("clubSandwich")), metadat = as.character(packageVersion("metadat"))),
            cases = cases, vcalc = list(data = f, R = unname(R), V = vc))
writeLines(toJSON(out, digits = NA, auto_unbox = TRUE, na = "null", null = "null"), "mv.json")
