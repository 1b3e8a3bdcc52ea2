# Profile log-likelihoods of components: metafor's fits with one component fixed along a grid, which needs no root search.
# Run: Rscript mv_profile.R  (writes mv_profile.json beside this script).
suppressMessages({library(metafor); library(metadat); library(jsonlite)})
out <- list(versions = list(R = R.version.string, metafor = as.character(packageVersion("metafor"))))
d <- dat.konstantopoulos2011
ll <- function(s1, s2) as.vector(logLik(rma.mv(yi, vi, random = ~ 1 | district/school, data = d, sigma2 = c(s1, s2))))
grid1 <- c(0, .01, .03, .08, .15, .3); grid2 <- c(0, .01, .02, .04, .08)
out$district <- list(value = grid1, loglik = sapply(grid1, ll, s2 = NA))
out$school <- list(value = grid2, loglik = sapply(grid2, function(x) ll(NA, x)))
d <- dat.berkey1998
V <- vcalc(vi = 1, cluster = author, rvars = c(v1i, v2i), data = d)
llr <- function(r) as.vector(logLik(rma.mv(yi, V, mods = ~ outcome - 1, random = ~ outcome | trial, struct = "UN", data = d, rho = r)))
llt <- function(t) as.vector(logLik(rma.mv(yi, V, mods = ~ outcome - 1, random = ~ outcome | trial, struct = "UN", data = d, tau2 = c(t, NA))))
grid <- c(-.5, 0, .3, .9); gridt <- c(.005, .02, .05, .2)
out$rho <- list(value = grid, loglik = sapply(grid, llr)); out$tau2 <- list(value = gridt, loglik = sapply(gridt, llt))
dw <- reshape(dat.ishak2007, direction = "long", idvar = "study", v.names = c("yi", "vi"), varying = list(c(2, 4, 6, 8), c(3, 5, 7, 9)))
dw <- dw[order(dw$study, dw$time), ]; dw <- dw[!is.na(dw$yi), ]
V <- vcalc(vi, cluster = study, time1 = time, phi = 0.97, data = dw)
gridt <- c(10, 30, 60)
lli <- function(t) as.vector(logLik(rma.mv(yi, V, mods = ~ factor(time) - 1, random = ~ time | study, struct = "UN", data = dw, tau2 = c(t, NA, NA, NA))))
out$ishak <- list(value = gridt, loglik = sapply(gridt, lli))
writeLines(toJSON(out, digits = NA, auto_unbox = TRUE), "mv_profile.json")
