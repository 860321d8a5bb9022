package dev.kappa.run;

/** A run is in another state; published inside the transaction that made it so. */
public record RunChanged(String run, RunState from, RunState to) {}
