# Times cv.glmnet on the designs of fit_vs_peers.py: Rscript fit_vs_peers.R default|all MOST_COLUMNS FILE...
# Prints one line per file and degree of at most so many columns: file, columns, processor milliseconds, least
# cross-validated RMSE, terms there; then the peak memory.
suppressMessages(library(glmnet))
arguments <- commandArgs(trailingOnly = TRUE)
if (arguments[1] == "all") glmnet.control(fdev = 0, devmax = 1) # every lambda, instead of stopping early
most <- as.integer(arguments[2])

for (path in arguments[-(1:2)]) {
  file <- file(path, "rb")
  head <- readBin(file, "integer", 4) # rows, features, columns, degrees
  count <- readBin(file, "integer", head[4])
  factors <- matrix(readBin(file, "integer", 3 * head[3]), 3)
  y <- readBin(file, "double", head[1])
  fold <- readBin(file, "integer", head[1]) + 1L
  feature <- matrix(readBin(file, "double", head[1] * head[2]), head[1], byrow = TRUE)
  close(file)
  count <- count[count <= most]
  x <- matrix(1, head[1], max(0, count))
  for (column in seq_len(ncol(x)))
    for (f in factors[factors[, column] >= 0, column]) x[, column] <- x[, column] * feature[, f + 1]
  for (columns in count) {
    part <- x[, 1:columns, drop = FALSE]
    start <- sum(proc.time()[1:2])
    fit <- cv.glmnet(part, y, foldid = fold, nlambda = 100, lambda.min.ratio = 1e-4)
    ms <- 1000 * (sum(proc.time()[1:2]) - start)
    best <- which.min(fit$cvm)
    cat(path, columns, sprintf("%.3f %.9g %d\n", ms, sqrt(fit$cvm[best]), fit$nzero[[best]]))
  }
}
peak <- grep("^VmHWM", readLines("/proc/self/status"), value = TRUE)
cat("peak_mb", as.numeric(gsub("[^0-9]", "", peak)) / 1024, "\n")
