package dev.kappa.fault;

/**
 * The one exception of this program: a category, a stable code in {@code snake_case} that scripts may
 * rely on, and a sentence that names the offending value and what would be accepted.
 */
public final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Category category;
    private final String code;

    private Fault(Category category, String code, String detail, Throwable cause) {
        super(detail, cause);
        this.category = category;
        this.code = code;
    }

    /** A wrong request or file. */
    public static Fault user(String code, String detail) {
        return new Fault(Category.USER, code, detail, null);
    }

    /** A wrong request or file, found out by another exception. */
    public static Fault user(String code, String detail, Throwable cause) {
        return new Fault(Category.USER, code, detail, cause);
    }

    /** Not enough of something: memory, disk, places in a queue. */
    public static Fault resources(String code, String detail) {
        return new Fault(Category.RESOURCES, code, detail, null);
    }

    /** A failure outside this process. */
    public static Fault external(String code, String detail, Throwable cause) {
        return new Fault(Category.EXTERNAL, code, detail, cause);
    }

    /** A mistake in this program. */
    public static Fault internal(String code, String detail, Throwable cause) {
        return new Fault(Category.INTERNAL, code, detail, cause);
    }

    public Category category() {
        return category;
    }

    /** Stable, part of the API: {@code unknown_model}, {@code weights_malformed}, … */
    public String code() {
        return code;
    }
}
