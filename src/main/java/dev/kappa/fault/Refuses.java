package dev.kappa.fault;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** With which codes an operation of the HTTP interface refuses, by status; the document of the interface says so. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@Repeatable(Refuses.All.class)
public @interface Refuses {
    int status();

    /** Stable codes, the usual ones first. */
    String[] codes();

    /** True where the files that a request names bring codes of their own. */
    boolean open() default false;

    /** Several statuses. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @interface All {
        Refuses[] value();
    }
}
