/** Tensor files as named tensors: safetensors, npz and torch zip checkpoints, mapped and checked. */
package dev.kappa.weights;
