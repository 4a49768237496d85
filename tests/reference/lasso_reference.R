#!/usr/bin/env Rscript
# Makes lasso_reference_*.csv: small problems and the cross-validation curves glmnet finds for them.
# Usage: Rscript lasso_reference.R OUTPUT_DIRECTORY          (needs the package glmnet)
#
# Each file: a comment with the problem's name, then the rows (fold, y, x1..xp), then one line per lambda
# (lambda, cross-validated mean squared error). The lambdas are given to glmnet explicitly: left to itself it makes a grid
# per fold and interpolates. thresh 1e-15 lets coordinate descent converge, which is why the problems are small.
suppressMessages(library(glmnet))

out <- commandArgs(trailingOnly = TRUE)[1]

# Numbers that print and read back exactly: multiples of 1/1024.
exact <- function(x) round(x * 1024) / 1024

grid <- function(x, y) {
  n <- nrow(x)
  sds <- apply(x, 2, function(v) sqrt(mean((v - mean(v))^2)))
  z <- scale(x, center = TRUE, scale = sds)
  first <- max(abs(crossprod(z, y - mean(y)))) / n
  first * 1e-4^((0:99) / 99)
}

write_problem <- function(name, x, y, fold) {
  lambda <- grid(x, y)
  # glmnet wants at least two columns and keeps every lambda only with these limits
  glmnet.control(fdev = 0, devmax = 1)
  fit <- cv.glmnet(x, y, lambda = lambda, foldid = fold, thresh = 1e-15, maxit = 1e9, grouped = TRUE)
  stopifnot(length(fit$lambda) == 100)
  path <- file.path(out, paste0("lasso_reference_", name, ".csv"))
  file <- file(path, "w")
  writeLines(paste("# problem", name, "rows", nrow(x), "columns", ncol(x), "lambdas", length(lambda)), file)
  for (i in seq_len(nrow(x)))
    writeLines(paste(c(fold[i] - 1, sprintf("%.17g", c(y[i], x[i, ]))), collapse = ","), file)
  for (l in seq_along(lambda))
    writeLines(paste(sprintf("%.17g", c(fit$lambda[l], fit$cvm[l])), collapse = ","), file)
  close(file)
}

set.seed(1)
fold <- rep(1:10, length.out = 120)

# Independent columns of very different size, a few of them at work.
x <- exact(matrix(rnorm(120 * 12), 120))
x <- sweep(x, 2, 2^(seq(-16, 24, length.out = 12) %/% 1), "*")
y <- exact(4 + x[, 2] / 2^-13 * 0.7 - x[, 6] / 2^2 * 1.5 + x[, 11] / 2^20 + rnorm(120))
write_problem("scales", x, y, fold)

# Layer-like sizes and their products of degree two: strongly collinear.
n <- sample(c(1, 2, 4, 8, 16), 120, TRUE)
h <- sample(c(7, 14, 28, 56), 120, TRUE)
c_in <- sample(c(3, 16, 32, 64), 120, TRUE)
c_out <- sample(c(16, 32, 64, 128), 120, TRUE)
base <- cbind(n, h, c_in, c_out)
products <- NULL
for (i in 1:4) for (j in i:4) products <- cbind(products, base[, i] * base[, j])
x <- cbind(base, products, n * h * h * c_out * c_in)
y <- exact(0.1 + n * h * h * c_out * c_in / 3e6 + n * h * h * c_out / 1e5 + 0.05 * abs(rnorm(120)))
write_problem("products", x, y, fold)
