# Writes regression-examples.npy, kernel-answers.npy and linear-answers.npy: scikit-learn's Gaussian process, kernel ridge
# regression and ridge regression.
import os

import numpy
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import Ridge
from sklearn.preprocessing import PolynomialFeatures

here = os.path.dirname(os.path.abspath(__file__))
random = numpy.random.default_rng(2)
count, inputs, width, noise, ridge = 40, 3, 1.25, 0.01, 1e-3

x = random.normal(size=(count, inputs)).astype(numpy.float32)
asked = random.normal(size=(30, inputs)).astype(numpy.float32)
target = lambda x: numpy.column_stack([0.5 + 0.3 * numpy.sin(2 * x[:, 0]) * x[:, 1], 0.4 + 0.1 * x[:, 2] ** 2])
y = numpy.clip(target(x) + random.normal(scale=0.02, size=(count, 2)), 0, 1).astype(numpy.float32)
weights = numpy.where(numpy.arange(count) < 20, 1.0, 2.0)  # of two takes


def save(name, *parts):
    numpy.save(os.path.join(here, name), numpy.ascontiguousarray(numpy.column_stack(parts), dtype='<f4'))


def rms(errors):
    return numpy.sqrt(numpy.average(errors**2, weights=weights, axis=0))


X, Q, Y = x.astype(float), asked.astype(float), y.astype(float)
mean = numpy.average(Y, weights=weights, axis=0)
deviation = numpy.sqrt(numpy.average((Y - mean) ** 2, weights=weights, axis=0))
Z = (Y - mean) / deviation


def process(rows):
    return GaussianProcessRegressor(RBF(width), alpha=noise / weights[rows], optimizer=None).fit(X[rows], Z[rows])


every = numpy.arange(count)
means, deviations = process(every).predict(Q, return_std=True)
kernel_ridge = KernelRidge(alpha=noise, kernel='rbf', gamma=1 / (2 * width**2)).fit(X, Z)
uniform = GaussianProcessRegressor(RBF(width), alpha=noise, optimizer=None).fit(X, Z)
assert numpy.allclose(kernel_ridge.predict(Q), uniform.predict(Q), atol=1e-9)  # the same thing
left_out = rms(numpy.array([process(numpy.delete(every, i)).predict(X[[i]])[0] - Z[i] for i in every])) * deviation
save('kernel-answers.npy', asked, means * deviation + mean, deviations[:, 0] ** 2, numpy.tile(left_out, (30, 1)))

terms = PolynomialFeatures(2, include_bias=False)
T, A = terms.fit_transform(X), terms.transform(Q)


def polynomial(rows):
    return Ridge(alpha=ridge * weights.sum()).fit(T[rows], Y[rows], sample_weight=weights[rows])


left_out = rms(numpy.array([polynomial(numpy.delete(every, i)).predict(T[[i]])[0] - Y[i] for i in every]))
save('linear-answers.npy', asked, polynomial(every).predict(A), numpy.tile(left_out, (30, 1)))
save('regression-examples.npy', x, y)
