package dev.kappa.tensor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A stretch of code that owns native arrays: every array made through {@link #manager()}, and every
 * result of an operation on such an array (results attach to the scope of their first operand), is freed
 * when the scope closes.
 */
public final class Scope implements AutoCloseable {
    private static final AtomicLong OPEN = new AtomicLong();

    private final NDManager manager;
    private boolean closed;

    private Scope(NDManager manager) {
        this.manager = manager;
        OPEN.incrementAndGet();
    }

    /** A root scope on a device. */
    public static Scope open(Device device) {
        return new Scope(Engine.getEngine("PyTorch").newBaseManager(device));
    }

    /**
     * A scope that closes no later than the one the array lives in, on its device: for the intermediate
     * arrays of a function whose result attaches to the scope of its operand.
     */
    public static Scope within(NDArray array) {
        return new Scope(array.getManager().newSubManager());
    }

    /** How many scopes are open in this process: back to its earlier value when nothing leaks. */
    public static long openScopes() {
        return OPEN.get();
    }

    /** A scope on the same device that closes no later than this one. */
    public Scope child() {
        return new Scope(manager.newSubManager());
    }

    public NDManager manager() {
        return manager;
    }

    public Device device() {
        return manager.getDevice();
    }

    /** Moves an array into this scope, so that it outlives the scope it was made in. */
    public NDArray keep(NDArray array) {
        array.attach(manager);
        return array;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            manager.close();
            OPEN.decrementAndGet();
        }
    }
}
