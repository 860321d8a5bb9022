package dev.kappa.lm.block;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.Hooks;

/**
 * One step of a pass: frees what it made when it closes, except its result. A recorded graph keeps what its
 * backward pass needs by itself.
 */
final class Step implements AutoCloseable {
    private final NDManager home;
    private final NDManager manager;
    private final Hooks hooks;

    /** Opens a step below the scope that owns {@code home}'s arrays. */
    Step(NDManager home, Hooks hooks) {
        this.home = home;
        this.manager = home.newSubManager();
        this.hooks = hooks;
    }

    NDManager manager() {
        return manager;
    }

    /** Makes results computed from {@code array} belong to this step; its owner has it back afterwards. */
    NDArray borrow(NDArray array) {
        array.tempAttach(manager);
        return array;
    }

    /** Makes an array one that this step frees. */
    NDArray own(NDArray array) {
        array.attach(manager);
        return array;
    }

    /** The activation as the hooks at this place leave it. */
    NDArray at(HookPoint.Site site, int layer, NDArray activation) {
        HookPoint point = new HookPoint(site, layer);
        NDArray returned = hooks.at(point, activation);
        if (returned != activation && !returned.getShape().equals(activation.getShape())) {
            throw Fault.internal(
                    "hook_misshaped",
                    "the hook at " + point + " returned " + returned.getShape() + " for " + activation.getShape(),
                    null);
        }
        if (returned.getManager() == manager) {
            return returned;
        }
        // The array is its owner's; the step goes on with a handle of its own to the same memory.
        return borrow(returned).reshape(returned.getShape());
    }

    /** Hands an array over to the scope above. */
    NDArray result(NDArray array) {
        array.attach(home);
        return array;
    }

    @Override
    public void close() {
        manager.close();
    }
}
