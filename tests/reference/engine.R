# Reference numbers for the statistics engine. Run: Rscript tests/reference/engine.R
# Writes tests/reference/engine.json with data (numbers only), versions and results to 17 digits.
suppressMessages({library(metafor); library(robumeta); library(clubSandwich); library(metadat)})

num <- function(x) {
  x <- as.numeric(x)
  out <- ifelse(is.na(x) | is.nan(x), "null", ifelse(is.infinite(x), "\"inf\"", sprintf("%.17g", x)))
  paste0("[", paste(out, collapse = ","), "]")
}
one <- function(x) sub("^\\[(.*)\\]$", "\\1", num(x))
js <- function(x) {
  if (is.list(x)) paste0("{", paste(sprintf("\"%s\":%s", names(x), vapply(x, js, "")), collapse = ",\n"), "}")
  else if (is.character(x) && length(x) == 1) sprintf("\"%s\"", x)
  else if (length(x) == 1 && is.null(dim(x))) one(x)
  else num(if (is.matrix(x)) t(x) else x)
}

data(corrdat, package = "robumeta"); data(hierdat, package = "robumeta"); data(oswald2013.ex1, package = "robumeta")
data(SATcoaching, package = "clubSandwich")
sets <- list()
sets$corrdat <- with(corrdat, data.frame(yi = effectsize, vi = var, cluster = studyid, x1 = males, x2 = college, x3 = binge))
sets$hierdat <- with(hierdat, data.frame(yi = effectsize, vi = var, cluster = studyid, x1 = binge, x2 = followup))
osw <- oswald2013.ex1
sets$oswald <- with(osw, data.frame(yi = effect.size, vi = var.eff.size, cluster = as.integer(factor(Study)), x1 = as.integer(factor(Crit.Cat)) - 1))
a <- dat.assink2016
sets$assink <- data.frame(yi = a$yi, vi = a$vi, cluster = a$study, x1 = a$year, x2 = as.numeric(a$pubstatus))
b <- escalc(measure = "OR", ai = waward, n1i = wtotal, ci = maward, n2i = mtotal, data = dat.bornmann2007)
sets$bornmann <- data.frame(yi = as.numeric(b$yi), vi = as.numeric(b$vi), cluster = as.integer(factor(b$study)), x1 = as.numeric(b$type == "Fellowship"))
k <- dat.konstantopoulos2011
sets$konst <- data.frame(yi = as.numeric(k$yi), vi = as.numeric(k$vi), cluster = k$district, x1 = k$year - 1990)
be <- dat.berkey1998
sets$berkey <- data.frame(yi = as.numeric(be$yi), vi = as.numeric(be$vi), cluster = be$trial, x1 = as.numeric(be$outcome == "AL"))
bd <- dat.bangertdrowns2004
sets$bangert <- data.frame(yi = as.numeric(bd$yi), vi = as.numeric(bd$vi), cluster = bd$id, x1 = bd$length, x2 = bd$ni)
sa <- SATcoaching
sets$sat <- data.frame(yi = sa$d, vi = sa$V, cluster = as.integer(factor(sa$study)), x1 = as.numeric(sa$test == "Verbal"), x2 = sa$hrs)
sets <- lapply(sets, function(d) d[complete.cases(d), ])

rhs <- function(d) { x <- setdiff(names(d), c("yi", "vi", "cluster")); reformulate(x, "yi") }
types <- c("CR0", "CR1", "CR1p", "CR1S", "CR2", "CR3")
tests <- c("HTZ", "HTA", "HTB", "EDF", "EDT", "Naive-F", "Naive-Fp", "chi-sq")

robust <- function(fit, cluster, p, wald_types = types) {
  out <- list(beta = as.numeric(if (inherits(fit, "robu")) fit$b.r else coef(fit)))
  for (type in types) {
    V <- try(if (inherits(fit, "robu")) vcovCR(fit, type = type) else vcovCR(fit, type = type, cluster = cluster), silent = TRUE)
    if (inherits(V, "try-error")) next
    s <- coef_test(fit, vcov = V, test = c("z", "naive-t", "naive-tp", "Satterthwaite", "saddlepoint"))
    r <- list(vcov = as.matrix(V), se = s$SE, df = s$df_Satt, p_satt = s$p_Satt, p_saddle = s$p_saddle, p_z = s$p_z, p_t = s$p_t, p_tp = s$p_tp)
    if (p > 2) {
      w <- as.data.frame(Wald_test(fit, constrain_zero(2:p), vcov = V, test = tests))
      for (t in tests) r[[t]] <- c(w$Fstat[w$test == t], w$df_num[w$test == t], w$df_denom[w$test == t], w$p_val[w$test == t])
    }
    out[[type]] <- r
  }
  out
}

result <- list(versions = list(R = R.version.string, metafor = as.character(packageVersion("metafor")),
  robumeta = as.character(packageVersion("robumeta")), clubSandwich = as.character(packageVersion("clubSandwich")),
  metadat = as.character(packageVersion("metadat"))), cases = list())
for (name in names(sets)) {
  d <- sets[[name]]; cat(name, nrow(d), length(unique(d$cluster)), "\n")
  fm <- rhs(d); p <- ncol(d) - 2
  # one cluster variable with sorted order and rows sorted by it: clubSandwich expects no more than that
  d <- d[order(d$cluster), ]; d$es <- seq_len(nrow(d)); rownames(d) <- NULL
  case <- list(data = c(as.list(d[setdiff(names(d), "es")])))
  for (mw in c("CORR", "HIER")) for (form in c("full", "mean")) {
    if (mw == "HIER" && max(table(d$cluster)) == 1) next
    ff <- if (form == "full") fm else yi ~ 1
    for (small in c(TRUE, FALSE)) {
      m <- try(robu(ff, data = d, modelweights = mw, studynum = cluster, var.eff.size = vi, rho = .8, small = small), silent = TRUE)
      if (inherits(m, "try-error")) { cat("robu failed", name, mw, form, small, "\n"); next }
      key <- paste("robu", mw, form, ifelse(small, "small", "large"), sep = "_")
      omega <- m$mod_info$omega.sq
      info <- m$mod_info
      r <- list(beta = as.numeric(m$b.r), se = m$reg_table$SE, df = m$dfs, p = m$reg_table$prob, lo = m$reg_table$CI.L,
                hi = m$reg_table$CI.U, tau2 = as.numeric(info$tau.sq), I2 = if (is.null(info$I.2)) NA else as.numeric(info$I.2),
                omega2 = if (is.null(omega)) NA else as.numeric(omega))
      if (small) r$robust <- robust(m, d$cluster, if (form == "full") p else 1)
      case[[key]] <- r
    }
  }
  V <- impute_covariance_matrix(d$vi, d$cluster, r = .6)
  scale <- median(d$vi)
  controls <- list(list(optimizer = "nlminb"), list(optimizer = "nlminb", rel.tol = 1e-13), list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-14),
    list(optimizer = "optim", optmethod = "Nelder-Mead", reltol = 1e-14, maxit = 20000))
  fixed <- rma.mv(fm, V, random = ~ 1 | cluster / es, data = d, sigma2 = c(.7, .4) * scale)
  case$che_fixed <- c(list(sigma2 = c(.7, .4) * scale, loglik = as.numeric(logLik(fixed)), QE = fixed$QE,
    model_vcov = fixed$vb), robust(fixed, d$cluster, p))
  groups <- d$cluster
  cook <- try(cooks.distance(fixed, cluster = groups), silent = TRUE)
  if (!inherits(cook, "try-error")) {
    case$influence <- list(cook = cook, hat = hatvalues(fixed), z = rstandard(fixed)$z, e_se = rstandard(fixed)$se,
      dfbetas = as.matrix(dfbetas(fixed, cluster = groups)))
  }
  fml <- rma.mv(fm, V, random = ~ 1 | cluster / es, data = d, sigma2 = c(.7, .4) * scale, method = "ML")
  case$che_fixed$loglik_ml <- as.numeric(logLik(fml))
  if (max(table(d$cluster)) > 1) for (method in c("REML", "ML")) {
    # several optimisers, the best likelihood counts: each alone stops short on some of these data
    tries <- lapply(controls, function(control) try(rma.mv(fm, V, random = ~ 1 | cluster / es, data = d, method = method, control = control), silent = TRUE))
    tries <- Filter(function(m) !inherits(m, "try-error"), tries)
    m <- tries[[which.max(vapply(tries, function(m) as.numeric(logLik(m)), 0))]]
    s <- coef_test(m, vcov = "CR2")
    case[[paste0("che_", method)]] <- list(sigma2 = m$sigma2, loglik = as.numeric(logLik(m)), beta = as.numeric(coef(m)),
      se = s$SE, df = s$df_Satt)
  }
  if (name %in% c("berkey", "oswald", "sat", "assink")) {
    d$cat <- if (name == "assink") d$x2 else d$x1
    Vc <- impute_covariance_matrix(d$vi, interaction(d$cluster, d$cat, drop = TRUE), r = .6)
    o <- order(d$cluster, d$cat)
    specs <- list(SCE = list(V = Vc, random = ~ cat | cluster, struct = "DIAG"),
      SCEplus = list(V = Vc, random = list(~ cat | cluster, ~ cat | es), struct = c("DIAG", "DIAG")),
      CMVE = list(V = V, random = ~ cat | cluster, struct = "UN"))
    d$cat <- factor(d$cat)
    for (s in names(specs)) {
      m <- try(do.call(rma.mv, c(list(yi = d$yi ~ 0 + d$cat, data = d), specs[[s]])), silent = TRUE)
      if (inherits(m, "try-error")) { cat("no", s, name, "\n"); next }
      cl <- d$cluster
      s2 <- coef_test(m, vcov = "CR2", cluster = cl)
      case[[paste0("category_", s)]] <- list(tau2 = m$tau2, gamma2 = m$gamma2, rho = m$rho, loglik = as.numeric(logLik(m)),
        beta = as.numeric(coef(m)), se = s2$SE, df = s2$df_Satt)
    }
  }
  result$cases[[name]] <- case
}
writeLines(js(result), "tests/reference/engine.json")
