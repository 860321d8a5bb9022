/** How much is accepted, of everything that clients could send or ask without end. */
package dev.kappa.limits;
