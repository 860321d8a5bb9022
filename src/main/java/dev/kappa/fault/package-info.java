/** What can go wrong, in four categories with stable codes. */
package dev.kappa.fault;
