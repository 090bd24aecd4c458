# cv.glmnet on one problem. Arguments: a folder and the number of processes.
# The folder holds setup.txt (n p K L family l1_ratio thresh), X, y, foldid and lambda as raw numbers (X by columns);
# this script adds fit.txt (seconds, lambda chosen, intercept, version), coef and curve.
suppressMessages(library(glmnet))
arguments <- commandArgs(trailingOnly = TRUE)
at <- function(name) file.path(arguments[1], name)
processes <- as.integer(arguments[2])

setup <- scan(at("setup.txt"), what = character(), quiet = TRUE)
n <- as.integer(setup[1]); p <- as.integer(setup[2]); L <- as.integer(setup[4])
family <- setup[5]; alpha <- as.numeric(setup[6]); thresh <- as.numeric(setup[7])
sparse_x <- file.exists(at("X.data"))
if (sparse_x) {
  nonzero <- as.integer(setup[8])
  x <- sparseMatrix(i = readBin(at("X.rows"), "integer", nonzero), p = readBin(at("X.starts"), "integer", p + 1),
                    x = readBin(at("X.data"), "double", nonzero), dims = c(n, p), index1 = FALSE)
} else {
  x <- matrix(readBin(at("X"), "double", n * p), n, p)
}
y <- readBin(at("y"), "double", n)
foldid <- readBin(at("foldid"), "integer", n) + 1L
lambda <- readBin(at("lambda"), "double", L)

parallel <- processes > 1
if (parallel) {
  suppressMessages(library(doParallel))
  registerDoParallel(cores = processes)
}
# Every lambda asked for is fitted: no early stop when the deviance no longer moves.
glmnet.control(fdev = 0, devmax = 1, mnlam = L)
seconds <- system.time(
  fit <- cv.glmnet(x, y, foldid = foldid, lambda = lambda, alpha = alpha, family = family, standardize = TRUE,
                   thresh = thresh, maxit = 1e7, type.measure = "deviance", parallel = parallel)
)[["elapsed"]]

best <- which.min(fit$cvm)
chosen <- fit$glmnet.fit
writeBin(as.double(as.matrix(chosen$beta[, best])), at("coef"))
writeBin(as.double(fit$cvm), at("curve"))
cat(sprintf("%.17g", c(seconds, fit$lambda[best], chosen$a0[best], length(fit$cvm))), file = at("fit.txt"))
