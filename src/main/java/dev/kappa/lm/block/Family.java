package dev.kappa.lm.block;

import dev.kappa.lm.Architecture;

/** A kind of model with its configuration read: its sizes, its tensors, and which of them goes where. */
public interface Family {
    Architecture architecture();

    TensorTable tensors();

    Parts assemble(Weights weights);
}
