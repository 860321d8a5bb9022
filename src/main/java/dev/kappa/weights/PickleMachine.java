package dev.kappa.weights;

import dev.kappa.weights.TorchValue.Dictionary;
import dev.kappa.weights.TorchValue.Global;
import dev.kappa.weights.TorchValue.Tuple;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the {@code data.pkl} of a checkpoint: a stack machine with a memo, of which only the operations that
 * {@code torch.save} needs for dictionaries of tensors exist (protocols 2 and 3).
 *
 * <ol>
 *   <li>GLOBAL pushes one of {@link Global}; any other name is refused.
 *   <li>BINPERSID and REDUCE make storages and tensors of {@link TorchGlobals}; BUILD is ignored on an
 *       OrderedDict and refused on all else.
 *   <li>All other operations push, group or store values.
 *   <li>STOP leaves one value, and must be the last byte.
 * </ol>
 *
 * No class is loaded and no code is run by what a pickle says. Values, depth, strings and memo are bounded.
 */
final class PickleMachine {
    /** A tensor takes about 22. */
    private static final int MOST_VALUES = 150_000;
    private static final int DEEPEST_STACK = 100_000;
    private static final int MOST_MEMO = 150_000;
    private static final int DEEPEST_MARKS = 1000;

    private final FileBytes file;
    private final TorchGlobals globals;
    private final ByteBuffer code;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    private final List<Object> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();
    private int values;

    private PickleMachine(FileBytes file, ByteBuffer code) {
        this.file = file;
        this.globals = new TorchGlobals(file);
        this.code = code;
    }

    /** The value that a pickle leaves. */
    static Object run(FileBytes file, ByteBuffer pickle) {
        PickleMachine machine = new PickleMachine(file, pickle.order(ByteOrder.LITTLE_ENDIAN));
        try {
            return machine.run();
        } catch (BufferUnderflowException e) {
            throw machine.malformed("it ends within an operation or without STOP");
        }
    }

    private RuntimeException malformed(String detail) {
        return file.malformed("data.pkl, byte " + code.position() + ": " + detail);
    }

    private Object run() {
        int protocol = (code.get() & 0xff) == 0x80 ? code.get() & 0xff : -1;
        if (protocol != 2 && protocol != 3) {
            throw malformed(protocol < 0 ? "it must begin with its protocol" : "protocol " + protocol + "; 2 and 3 are accepted");
        }
        for (int operation = next(); operation != '.'; operation = next()) {
            execute(operation);
        }
        if (stack.size() != 1 || !marks.isEmpty() || code.hasRemaining()) {
            throw malformed("STOP must be its last byte and leave one value; it leaves " + stack.size()
                    + ", and " + code.remaining() + " bytes follow");
        }
        return stack.get(0);
    }

    private int next() {
        return code.get() & 0xff;
    }

    private void execute(int operation) {
        switch (operation) {
            case '(' -> mark();
            case 'N' -> push(TorchValue.NONE);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'K' -> push((long) next());
            case 'M' -> push((long) (code.getShort() & 0xffff));
            case 'J' -> push((long) code.getInt());
            case 0x8a -> push(longOf(next()));
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(code.getLong())));
            case 'X' -> push(text(code.getInt()));
            case 'U', 0x8c -> push(text(next()));
            case ')' -> push(new Tuple(List.of()));
            case 't' -> push(new Tuple(popMark()));
            case 0x85 -> push(new Tuple(pop(1)));
            case 0x86 -> push(new Tuple(pop(2)));
            case 0x87 -> push(new Tuple(pop(3)));
            case ']' -> push(new ArrayList<>());
            case 'a' -> append(pop(1));
            case 'e' -> append(popMark());
            case '}' -> push(new Dictionary(false));
            case 's' -> setItems(pop(2));
            case 'u' -> setItems(popMark());
            case 'q' -> memoize(next());
            case 'r' -> memoize(code.getInt());
            case 'h' -> push(recall(next()));
            case 'j' -> push(recall(code.getInt()));
            case 'c' -> push(global());
            case 'Q' -> push(globals.storage(pop()));
            case 'R' -> reduce();
            case 'b' -> build();
            default -> throw malformed(String.format("operation 0x%02x is not one that a dictionary of tensors needs", operation));
        }
    }

    private void push(Object value) {
        if (++values > MOST_VALUES || stack.size() == DEEPEST_STACK) {
            throw malformed("it makes more than " + MOST_VALUES + " values or a stack deeper than " + DEEPEST_STACK);
        }
        stack.add(value);
    }

    private Object pop() {
        int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
        if (stack.size() <= floor) {
            throw malformed("it takes a value from an empty stack");
        }
        return stack.remove(stack.size() - 1);
    }

    private List<Object> pop(int count) {
        Object[] popped = new Object[count];
        for (int i = count - 1; i >= 0; i--) {
            popped[i] = pop();
        }
        return List.of(popped);
    }

    private void mark() {
        if (marks.size() == DEEPEST_MARKS) {
            throw malformed("it has more than " + DEEPEST_MARKS + " open marks");
        }
        marks.add(stack.size());
    }

    private List<Object> popMark() {
        if (marks.isEmpty()) {
            throw malformed("it goes back to a mark that is not there");
        }
        List<Object> above = stack.subList(marks.remove(marks.size() - 1), stack.size());
        List<Object> popped = List.copyOf(above);
        above.clear();
        return popped;
    }

    private Object top() {
        Object top = pop();
        stack.add(top);
        return top;
    }

    private void append(List<Object> items) {
        if (!(top() instanceof ArrayList<?>)) {
            throw malformed("it appends to what is not a list");
        }
        @SuppressWarnings("unchecked")
        List<Object> list = (List<Object>) top();
        list.addAll(items);
    }

    private void setItems(List<Object> items) {
        if (!(top() instanceof Dictionary dictionary) || items.size() % 2 != 0) {
            throw malformed("it sets items of what is not a dictionary, or keys without values");
        }
        for (int i = 0; i < items.size(); i += 2) {
            Object key = items.get(i);
            if (!(key instanceof String) && !(key instanceof Long)) {
                throw malformed("a key is neither text nor a whole number");
            }
            if (dictionary.items().put(key, items.get(i + 1)) != null) {
                throw malformed("the key '" + key + "' is there twice");
            }
        }
    }

    private void memoize(int index) {
        if (index < 0 || index >= MOST_MEMO) {
            throw malformed("memo entry " + Integer.toUnsignedString(index) + "; less than " + MOST_MEMO + " are accepted");
        }
        memo.put(index, top());
    }

    private Object recall(int index) {
        Object value = memo.get(index);
        if (value == null) {
            throw malformed("memo entry " + Integer.toUnsignedString(index) + " has not been set");
        }
        return value;
    }

    /** Two's complement, little-endian, of any length up to 8 bytes; none is zero. */
    private long longOf(int length) {
        if (length > 8) {
            throw malformed("a whole number of " + length + " bytes; at most 8 are accepted");
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (long) next() << 8 * i;
        }
        int unused = 64 - 8 * length;
        return length == 0 ? 0 : value << unused >> unused;
    }

    private String text(int length) {
        if (length < 0 || length > code.remaining()) {
            throw malformed("a text of " + Integer.toUnsignedString(length) + " bytes, but " + code.remaining() + " are left");
        }
        ByteBuffer bytes = code.slice(code.position(), length);
        code.position(code.position() + length);
        try {
            return utf8.decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw malformed("a text is not UTF-8");
        }
    }

    private Global global() {
        String name = line() + " " + line();
        for (Global global : Global.values()) {
            if (global.qualified.equals(name)) {
                return global;
            }
        }
        throw malformed("it names '" + name + "', which is not one of the names that a dictionary of tensors needs");
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (int character = next(); character != '\n'; character = next()) {
            if (line.length() == 100) {
                throw malformed("it names something of more than 100 characters");
            }
            line.append((char) character);
        }
        return line.toString();
    }

    private void reduce() {
        List<Object> call = pop(2);
        push(globals.call(call.get(0), call.get(1)));
    }

    private void build() {
        if (!(pop() instanceof Dictionary) || !(top() instanceof Dictionary built) || !built.ordered()) {
            throw malformed("it sets attributes of what is not an OrderedDict");
        }
    }
}
