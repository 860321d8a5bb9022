/** The demonstration: two experiments on the bundled model through the server's own HTTP interface. */
package dev.kappa.demo;
