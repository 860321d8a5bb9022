/** The dashboard: pages that this server draws itself, readable without scripts. */
package dev.kappa.page;
