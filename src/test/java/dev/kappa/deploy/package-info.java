/** The chart: what it renders is what Kubernetes knows and what the server offers. */
package dev.kappa.deploy;
