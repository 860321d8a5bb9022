package dev.kappa.experiment;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/** Copies of records. */
public final class Records {
    private Records() {}

    /** The same record with another value in one component. */
    @SuppressWarnings("unchecked")
    public static <R extends Record> R with(R record, String component, Object value) {
        try {
            RecordComponent[] components = record.getClass().getRecordComponents();
            Object[] values = new Object[components.length];
            boolean found = false;
            for (int i = 0; i < components.length; i++) {
                boolean chosen = components[i].getName().equals(component);
                values[i] = chosen ? value : components[i].getAccessor().invoke(record);
                found |= chosen;
            }
            if (!found) {
                throw new AssertionError(record.getClass() + " has no component " + component);
            }
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return (R) record.getClass().getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
