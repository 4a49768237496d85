#!/usr/bin/env python3
"""Times scikit-learn's LassoCV on the designs of fit_vs_peers.py: fit_vs_peers_sklearn.py MOST_COLUMNS FILE...

Prints what fit_vs_peers.R prints. A program of its own, so that its threads and its memory are its own.
"""
import resource
import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.linear_model import LassoCV

NUMBER_OF_LAMBDAS = "alphas" if tuple(map(int, sklearn.__version__.split(".")[:2])) >= (1, 7) else "n_alphas"


def read_design(path):
    with open(path, "rb") as file:
        rows, features, columns, degrees = np.fromfile(file, np.int32, 4)
        count = np.fromfile(file, np.int32, degrees)
        factors = np.fromfile(file, np.int32, 3 * columns).reshape(columns, 3)
        target = np.fromfile(file, float, rows)
        fold = np.fromfile(file, np.int32, rows)
        values = np.fromfile(file, float, rows * features).reshape(rows, features)
    x = np.stack([values[:, f[f >= 0]].prod(1) for f in factors], 1)
    return x, target, fold, count


def main():
    warnings.filterwarnings("ignore")  # it does not converge, and says so for every fold
    for path in sys.argv[2:]:
        x, y, fold, count = read_design(path)
        folds = [(np.flatnonzero(fold != f), np.flatnonzero(fold == f)) for f in range(10)]
        for columns in count[count <= int(sys.argv[1])]:
            start = time.process_time()
            part = x[:, :columns]
            spread = part.std(0)
            part = (part - part.mean(0)) / np.where(spread > 0, spread, 1)
            model = LassoCV(eps=1e-4, cv=folds, **{NUMBER_OF_LAMBDAS: 100}).fit(part, y)
            ms = 1e3 * (time.process_time() - start)
            rmse = model.mse_path_.mean(1).min() ** .5
            print(path, columns, "%.3f %.9g %d" % (ms, rmse, np.count_nonzero(model.coef_)), flush=True)
    print("peak_mb %.1f" % (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


main()
