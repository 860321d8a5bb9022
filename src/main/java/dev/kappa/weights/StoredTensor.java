package dev.kappa.weights;

/** A tensor's declaration and its elements. */
record StoredTensor(TensorInfo info, Elements elements) {}
