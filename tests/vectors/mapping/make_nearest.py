# Writes nearest-examples.npy and nearest-answers.npy: scikit-learn's k nearest neighbours.
import os

import numpy
from sklearn.neighbors import KNeighborsClassifier

here = os.path.dirname(os.path.abspath(__file__))
random = numpy.random.default_rng(1)
classes, inputs, neighbours = 4, 6, 5

labels = numpy.repeat(numpy.arange(classes), 20)
centres = random.normal(size=(classes, inputs))
rows = (centres[labels] + random.normal(size=(len(labels), inputs))).astype(numpy.float32)
asked = random.normal(scale=1.5, size=(60, inputs)).astype(numpy.float32)
asked[:4] = rows[::20]  # these equal examples

classifier = KNeighborsClassifier(neighbours, weights='distance', algorithm='brute').fit(rows.astype(float), labels)
probabilities = classifier.predict_proba(asked.astype(float))
columns = lambda *parts: numpy.ascontiguousarray(numpy.column_stack(parts), dtype='<f4')
numpy.save(os.path.join(here, 'nearest-examples.npy'), columns(rows, labels))
numpy.save(os.path.join(here, 'nearest-answers.npy'), columns(asked, probabilities, classifier.predict(asked.astype(float))))
