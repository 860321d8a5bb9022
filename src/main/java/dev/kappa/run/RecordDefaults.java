package dev.kappa.run;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Optional;

/** What a record's constructor makes of nothing. */
final class RecordDefaults {
    private RecordDefaults() {}

    /** The record with null for every component; empty where its constructor refuses that. */
    static Optional<Object> of(Class<?> record) {
        Class<?>[] types = Arrays.stream(record.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        if (Arrays.stream(types).anyMatch(Class::isPrimitive)) {
            return Optional.empty();
        }
        try {
            Constructor<?> constructor = record.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return Optional.of(constructor.newInstance(new Object[types.length]));
        } catch (InvocationTargetException refused) {
            return Optional.empty();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(record + " is not a record", e);
        }
    }
}
