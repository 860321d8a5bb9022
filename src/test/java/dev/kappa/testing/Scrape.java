package dev.kappa.testing;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a server tells Prometheus at one moment. */
public record Scrape(String text) {
    private static final Pattern LINE = Pattern.compile("(?m)^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)$");

    public static Scrape of(KappaClient client) {
        return new Scrape(client.get("/actuator/prometheus").text());
    }

    /** The sum over all series of this name that have these labels, such as {@code outcome="done"}; 0 where there are none. */
    public double sum(String name, String... labels) {
        double sum = 0;
        for (Matcher line = LINE.matcher(text); line.find(); ) {
            String found = "," + line.group(2) + ",";
            if (line.group(1).equals(name) && List.of(labels).stream().allMatch(label -> found.contains("," + label + ","))) {
                sum += Double.parseDouble(line.group(3));
            }
        }
        return sum;
    }
}
