# R's side of the documentation's pages. Run from the repository's folder: Rscript tests/reference/pages.R
# Runs every ```r block of the pages named below in order, evaluates the column "in R" of every table after it, and
# writes the values (17 digits) with the versions used to tests/reference/pages.json. The pages are the source: their
# tables name the expressions, so what a reader sees is what was run.
suppressMessages({library(metafor); library(clubSandwich); library(robumeta); library(metadat); library(jsonlite)})

cells <- function(line) trimws(strsplit(sub("\\|\\s*$", "", sub("^\\|", "", line)), "|", fixed = TRUE)[[1]])
code_of <- function(cell) gsub("^`|`$", "", cell)

run_page <- function(path) {
  lines <- readLines(path); env <- new.env(parent = globalenv()); values <- list()
  inside <- FALSE; block <- c(); checked <- FALSE
  for (line in lines) {
    if (line == "```r") { inside <- TRUE; block <- c(); next }
    if (inside && line == "```") { inside <- FALSE; eval(parse(text = block), env); next }
    if (inside) { block <- c(block, line); next }
    if (grepl("^\\|", line)) {
      cell <- cells(line)
      if (length(cell) == 5 && cell[2] == "in R") { checked <- TRUE; next }
      if (!checked || grepl("^\\|[ -]+\\|", line)) next
      expression <- code_of(cell[2])
      value <- suppressWarnings(as.numeric(eval(parse(text = expression), env)))
      if (length(value) != 1) stop(path, ": ", expression, " gives ", length(value), " values")
      values[[expression]] <- value
    } else if (line != "") checked <- FALSE
  }
  values
}

pages <- c("docs/coming_from_r.md", "docs/worked_analyses.md")
pages <- pages[file.exists(pages)]
out <- list(versions = list(R = R.version.string, metafor = as.character(packageVersion("metafor")),
  clubSandwich = as.character(packageVersion("clubSandwich")), robumeta = as.character(packageVersion("robumeta")),
  metadat = as.character(packageVersion("metadat"))))
for (page in pages) out[[basename(page)]] <- run_page(page)
writeLines(toJSON(out, digits = I(17), auto_unbox = TRUE, pretty = TRUE), "tests/reference/pages.json")
