# Aggregated effects of metafor's aggregate(), and Becker's difference of standardized mean changes.
# Run: Rscript tests/reference/escalc_aggregate.R   (writes escalc_aggregate.json beside it)
suppressMessages({library(metafor); library(metadat)})
num <- function(x) paste0("[", paste(sprintf("%.17g", as.numeric(x)), collapse = ","), "]")
txt <- function(x) paste0("[", paste(sprintf('"%s"', as.character(x)), collapse = ","), "]")
d <- dat.assink2016
d <- escalc(yi = yi, vi = vi, data = d)
out <- sprintf('{"R":"%s","metafor":"%s","study":%s,"yi":%s,"vi":%s,"cases":[', R.version.string, packageVersion("metafor"),
               txt(d$study), num(d$yi), num(d$vi))
cases <- c()
for (rho in c(0, .3, .6, .9)) for (w in c(TRUE, FALSE)) {
  a <- aggregate(d, cluster = study, rho = rho, struct = "CS", weighted = w)
  cases <- c(cases, sprintf('{"rho":%.17g,"weighted":%s,"study":%s,"yi":%s,"vi":%s}', rho, tolower(w), txt(a$study), num(a$yi), num(a$vi)))
}
# Morris (2008), five studies: g_T - g_C with the large-sample variances added
datT <- data.frame(m_pre = c(30.6, 23.5, 0.5, 53.4, 35.6), m_post = c(38.5, 26.8, 0.7, 75.9, 36.0), sd_pre = c(15.0, 3.1, 0.1, 14.5, 4.7),
                   ni = c(20, 50, 9, 10, 14), ri = c(.47, .64, .77, .89, .44))
datC <- data.frame(m_pre = c(23.1, 24.9, 0.6, 55.7, 34.8), m_post = c(19.7, 25.3, 0.6, 60.7, 33.4), sd_pre = c(13.8, 4.1, 0.2, 17.3, 3.1),
                   ni = c(20, 42, 9, 11, 14), ri = c(.47, .64, .77, .89, .44))
T <- escalc("SMCR", m1i = m_post, m2i = m_pre, sd1i = sd_pre, ni = ni, ri = ri, data = datT)
C <- escalc("SMCR", m1i = m_post, m2i = m_pre, sd1i = sd_pre, ni = ni, ri = ri, data = datC)
# pooled pretest SD: Hedges' g of the changes in those SDs has the same estimate
sp <- sqrt(((datT$ni - 1) * datT$sd_pre^2 + (datC$ni - 1) * datC$sd_pre^2) / (datT$ni + datC$ni - 2))
P <- escalc("SMD", m1i = datT$m_post - datT$m_pre, m2i = datC$m_post - datC$m_pre, sd1i = sp, sd2i = sp, n1i = datT$ni, n2i = datC$ni)
writeLines(paste0(out, paste(cases, collapse = ","), sprintf('],"becker":{"yi":%s,"vi":%s},"pooled":{"yi":%s}}',
  num(T$yi - C$yi), num(T$vi + C$vi), num(P$yi))), file.path("tests", "reference", "escalc_aggregate.json"))
