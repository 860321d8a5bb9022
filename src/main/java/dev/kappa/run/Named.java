package dev.kappa.run;

/** A table or figure without its content. */
public record Named(String name, String title) {}
