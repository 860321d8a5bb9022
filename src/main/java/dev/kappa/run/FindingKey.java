package dev.kappa.run;

import java.io.Serializable;

/** A finding's place among those of its kind in its run. */
record FindingKey(String run, int ordinal) implements Serializable {}
