package dev.kappa.corpus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A tokenizer small enough to read: a word with the space before it is one token, a plural s is a token of its own
 * behind words of more than five letters; ids are given in the order of first use, from 2. 0 starts, 1 separates.
 */
public final class WordEncoding implements Encoding {
    private static final Pattern TOKEN = Pattern.compile("\\s?[A-Za-z]{5,}?(?=s\\b)|\\s?[A-Za-z]+|\\S|\\s");

    private final Map<String, Integer> ids = new LinkedHashMap<>();
    private final boolean starts;
    private final boolean separates;

    public WordEncoding(boolean starts, boolean separates) {
        this.starts = starts;
        this.separates = separates;
    }

    @Override
    public int[] encode(String text) {
        List<Integer> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        while (matcher.find()) {
            tokens.add(ids.computeIfAbsent(matcher.group(), any -> ids.size() + 2));
        }
        return tokens.stream().mapToInt(Integer::intValue).toArray();
    }

    public String decode(int[] tokens) {
        List<String> words = new ArrayList<>(ids.keySet());
        StringBuilder text = new StringBuilder();
        for (int token : tokens) {
            text.append(token == 0 ? "<" : token == 1 ? "|" : words.get(token - 2));
        }
        return text.toString();
    }

    @Override
    public OptionalInt start() {
        return starts ? OptionalInt.of(0) : OptionalInt.empty();
    }

    @Override
    public OptionalInt separator() {
        return separates ? OptionalInt.of(1) : OptionalInt.empty();
    }

    @Override
    public int vocabulary() {
        return 1000;
    }
}
