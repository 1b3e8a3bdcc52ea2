# Effect sizes and sampling variances of metafor's escalc(), at full precision.
# Run: Rscript tests/reference/escalc.R   (writes escalc.json beside it)
suppressMessages({library(metafor); library(metadat)})
out_file <- file.path("tests", "reference", "escalc.json")
num <- function(x) {
  x <- as.numeric(x)
  paste0("[", paste(ifelse(is.na(x) | !is.finite(x), "null", sprintf("%.17g", x)), collapse = ","), "]")
}
cases <- character(0)
case <- function(measure, inputs, options = list(), tag = "") {
  res <- tryCatch(suppressWarnings(do.call(escalc, c(list(measure = measure), inputs, options))),
                  error = function(e) NULL)
  if (is.null(res)) { message("skipped ", measure, " ", tag); return(invisible()) }
  ins <- paste(sprintf('"%s":%s', names(inputs), vapply(inputs, num, "")), collapse = ",")
  opt <- if (length(options)) paste(vapply(names(options), function(n) {
    v <- options[[n]]
    sprintf('"%s":%s', n, if (is.character(v)) sprintf('"%s"', v) else if (is.logical(v)) tolower(as.character(v)) else sprintf("%.17g", v))
  }, ""), collapse = ",") else ""
  cases <<- c(cases, sprintf('{"measure":"%s","tag":"%s","options":{%s},"inputs":{%s},"yi":%s,"vi":%s}',
                             measure, tag, opt, ins, num(res$yi), num(res$vi)))
}
set.seed(2026)
k <- 12
two <- list(m1i = round(rnorm(k, 10, 3), 2), sd1i = round(runif(k, 1, 5), 2), n1i = c(2, 3, 5, 8, sample(10:90, k - 4)),
            m2i = round(rnorm(k, 8, 3), 2), sd2i = round(runif(k, 1, 5), 2), n2i = c(3, 2, 4, 9, sample(10:90, k - 4)))
two$m1i[5] <- NA; two$sd2i[6] <- NA; two$m1i[7] <- -4.2
nor <- with(subset(dat.normand1999), list(m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i))
cur <- with(dat.curtis1998[1:25, ], list(m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i))
vtypes <- list(MD = c("LS", "HO"), SMD = c("LS", "LS2", "UB", "AV"), SMDH = "LS", SMD1 = "LS", SMD1H = "LS",
               ROM = c("LS", "HO", "AV", "AVHO"), VR = "LS", CVR = "LS", RPB = "LS", D2ORN = "LS", D2ORL = "LS")
sets <- list(grid = two, normand1999 = nor, curtis1998 = cur)
for (s in names(sets)) for (m in names(vtypes)) for (v in vtypes[[m]]) {
  d <- sets[[s]]
  if (m == "VR") d <- d[c("sd1i", "n1i", "sd2i", "n2i")]
  if (v == "AVHO" && s == "grid") next
  case(m, d, list(vtype = v), s)
}
pair <- list(m1i = two$m1i, m2i = two$m2i, sd1i = two$sd1i, sd2i = two$sd2i, ni = c(3, 4, 5, 8, sample(10:90, k - 4)),
             ri = round(c(-.4, 0, runif(k - 2, .1, .95)), 3))
vpair <- list(MC = "LS", SMCC = "LS", SMCR = "LS", SMCRH = "LS", ROMC = "LS", VRC = "LS", CVRC = "LS")
for (m in names(vpair)) {
  d <- pair
  if (m == "SMCR") d$sd2i <- NULL
  if (m == "VRC") d[c("m1i", "m2i")] <- NULL
  case(m, d, list(), "grid")
}
morris_t <- list(m1i = c(38.5, 26.8, 0.7, 75.9, 36.0), m2i = c(30.6, 23.5, 0.5, 53.4, 35.6), sd1i = c(15, 3.1, .1, 14.5, 4.7),
                 ni = c(20, 50, 9, 10, 14), ri = c(.47, .64, .77, .89, .44))
morris_c <- list(m1i = c(19.7, 25.3, 0.6, 60.7, 33.4), m2i = c(23.1, 24.9, 0.6, 55.7, 34.8), sd1i = c(13.8, 4.1, .2, 17.3, 3.1),
                 ni = c(20, 42, 9, 11, 14), ri = c(.47, .64, .77, .89, .44))
case("SMCR", morris_t, list(), "morris2008 treatment"); case("SMCR", morris_c, list(), "morris2008 control")
tab <- list(ai = c(0, 0, 5, 3, 10, 1, 7, NA, 12, 0, 20, 4), bi = c(10, 8, 0, 9, 20, 30, 7, 3, 40, 15, 0, 60),
            ci = c(0, 4, 6, 0, 12, 2, 7, 3, 30, 0, 25, 8), di = c(12, 9, 1, 14, 18, 33, 7, 4, 22, 15, 0, 40))
bcg <- with(dat.bcg, list(ai = tpos, bi = tneg, ci = cpos, di = cneg))
yusuf <- with(dat.yusuf1985[1:20, ], list(ai = ai, bi = n1i - ai, ci = ci, di = n2i - ci))
vtab <- list(RR = "LS", OR = "LS", RD = c("LS", "UB", "AV"), AS = "LS", PETO = "LS", PHI = "LS", YUQ = "LS",
             YUY = "LS", PBIT = "LS", OR2DN = "LS", OR2DL = "LS")
sets <- list(grid = tab, bcg = bcg, yusuf1985 = yusuf)
for (s in names(sets)) for (m in names(vtab)) for (v in vtab[[m]]) case(m, sets[[s]], list(vtype = v), s)
for (m in names(vtab)) for (to in c("all", "if0all", "none")) case(m, tab, list(to = to), paste0("to ", to))
for (m in names(vtab)) case(m, tab, list(add = 0.25), "add .25")
for (m in names(vtab)) case(m, tab, list(drop00 = TRUE), "drop00")
rates <- list(x1i = c(0, 3, 10, 0, 7, 15), t1i = c(10, 22.5, 100, 30, 12, 400), x2i = c(4, 0, 12, 0, 9, 22), t2i = c(12, 20, 90, 30, 13.5, 380))
for (m in c("IRR", "IRD", "IRSD")) {
  case(m, rates, list(), "grid"); case(m, rates, list(to = "all"), "to all"); case(m, rates, list(to = "if0all", add = .3), "if0all")
  case(m, rates, list(to = "none"), "none"); case(m, rates, list(drop00 = TRUE), "drop00")
}
one <- list(xi = c(0, 3, 10, 25, 7), ti = c(10, 22.5, 100, 30, 12))
for (m in c("IR", "IRLN", "IRS", "IRFT")) { case(m, one, list(), "grid"); case(m, one, list(to = "all"), "to all"); case(m, one, list(to = "none"), "none") }
prop <- list(xi = c(0, 3, 10, 25, 7, NA), ni = c(10, 12, 10, 90, 33, 12))
vp <- list(PR = c("LS", "UB", "AV"), PLN = c("LS", "AV"), PLO = c("LS", "AV"), PAS = "LS", PFT = "LS")
for (m in names(vp)) for (v in vp[[m]]) { case(m, prop, list(vtype = v), "grid") }
for (m in names(vp)) { case(m, prop, list(to = "all"), "to all"); case(m, prop, list(to = "none"), "none"); case(m, prop, list(to = "if0all"), "if0all") }
cors <- list(ri = c(-.9, -.3, 0, .2, .55, .97, NA, 1, .4), ni = c(10, 5, 20, 8, 100, 33, 20, 12, 4))
mcd <- with(dat.mcdaniel1994[1:40, ], list(ri = ri, ni = ni))
for (s in c("grid", "mcdaniel1994")) {
  d <- if (s == "grid") cors else mcd
  for (v in c("LS", "AV")) case("COR", d, list(vtype = v), s)
  for (v in c("LS", "UB", "AV")) case("UCOR", d, list(vtype = v), s)
  case("ZCOR", d, list(), s)
}
part <- list(ti = c(-2.5, 0, 1.2, 3.9, 8), mi = c(1, 3, 4, 2, 10), ni = c(20, 30, 44, 10, 200))
for (v in c("LS", "AV")) case("PCOR", part, list(vtype = v), "grid")
case("ZPCOR", part, list(), "grid")
case("SPCOR", c(part, list(r2i = c(.4, .2, .3, .8, .5))), list(), "grid")
mn <- list(mi = c(3.2, 10, 4, .5, 12), sdi = c(1.1, 3, 2, .4, 2.2), ni = c(3, 10, 50, 20, 99))
for (m in c("MN", "SMN", "MNLN", "CVLN", "SDLN")) case(m, if (m == "SDLN") mn[c("sdi", "ni")] else mn, list(), "grid")
alpha <- list(ai = c(.5, .8, .95, .1), mi = c(4, 10, 20, 3), ni = c(20, 50, 300, 11))
bon <- with(dat.bonett2010, list(ai = ai, mi = mi, ni = ni))
for (m in c("ARAW", "AHW", "ABT")) { case(m, alpha, list(), "grid"); case(m, bon, list(), "bonett2010") }
head <- sprintf('{"R":"%s","metafor":"%s","metadat":"%s","cases":[\n', R.version.string, packageVersion("metafor"), packageVersion("metadat"))
writeLines(paste0(head, paste(cases, collapse = ",\n"), "\n]}"), out_file)
cat(length(cases), "cases\n")
