# Writes the small data sets of the documentation's worked analyses to docs/data, numbers at full precision.
# Run from the repository's folder: Rscript tests/reference/worked_data.R
# Only facts are kept (effects or counts, variances, studies, moderators), from metadat, robumeta and clubSandwich.
suppressMessages({library(metafor); library(metadat)})
shortest <- function(x) {
  # the fewest digits that give the same number back
  for (digits in 15:17) if (is.na(x) || identical(as.numeric(text <- formatC(x, digits = digits, format = "g", width = 1)), x)) break
  if (is.na(x)) "" else text
}
keep <- function(name, d) {
  num <- vapply(d, is.double, TRUE)
  d[num] <- lapply(d[num], function(x) vapply(as.numeric(x), shortest, ""))
  write.csv(d, file.path("docs/data", paste0(name, ".csv")), row.names = FALSE, quote = FALSE, na = "")
}
data(corrdat, package = "robumeta"); data(hierdat, package = "robumeta"); data(oswald2013.ex1, package = "robumeta")
data(SATcoaching, package = "clubSandwich")
keep("bcg", dat.bcg[c("trial", "tpos", "tneg", "cpos", "cneg", "ablat", "year", "alloc")])
keep("normand", dat.normand1999[c("study", "m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")])
keep("raudenbush", within(dat.raudenbush1985, {yi <- as.numeric(yi); vi <- as.numeric(vi)})[c("study", "weeks", "tester", "yi", "vi")])
keep("konstantopoulos", within(dat.konstantopoulos2011, {yi <- as.numeric(yi); vi <- as.numeric(vi)})[c("district", "school", "year", "yi", "vi")])
keep("berkey", within(dat.berkey1998, {yi <- as.numeric(yi); vi <- as.numeric(vi)})[c("trial", "year", "outcome", "yi", "vi", "v1i", "v2i")])
keep("assink", dat.assink2016[c("study", "esid", "id", "yi", "vi", "pubstatus", "year", "deltype")])
keep("bangertdrowns", within(dat.bangertdrowns2004, {yi <- as.numeric(yi); vi <- as.numeric(vi)})[c("id", "year", "grade", "length", "wic", "feedback", "imag", "meta", "ni", "yi", "vi")])
b <- escalc(measure = "OR", ai = waward, n1i = wtotal, ci = maward, n2i = mtotal, data = dat.bornmann2007)
b$group <- as.integer(factor(b$study)); b$yi <- as.numeric(b$yi); b$vi <- as.numeric(b$vi)
keep("bornmann", as.data.frame(b)[c("group", "obs", "type", "waward", "wtotal", "maward", "mtotal", "yi", "vi")])
keep("corrdat", with(corrdat, data.frame(study = studyid, es = esid, yi = effectsize, vi = var, males, college, binge)))
keep("hierdat", with(hierdat, data.frame(study = studyid, es = esid, yi = effectsize, vi = var, binge, followup, sreport, age)))
keep("oswald", with(oswald2013.ex1, data.frame(study = as.integer(factor(Study)), crit = as.character(Crit.Cat), n = N, r = R, yi = effect.size, vi = var.eff.size)))
keep("satcoaching", with(SATcoaching, data.frame(study = as.integer(factor(study)), design = study_type, hrs = hrs, test = test, yi = d, vi = V)))
keep("yusuf", dat.yusuf1985[dat.yusuf1985$table == "6", c("ai", "n1i", "ci", "n2i")])
keep("hackshaw", within(dat.hackshaw1998, {yi <- as.numeric(yi); vi <- as.numeric(vi)})[c("study", "yi", "vi")])
keep("tannersmith", dat.tannersmith2016[c("studyid", "yi", "vi", "aget1", "aget2", "propmale", "sexmix")])
