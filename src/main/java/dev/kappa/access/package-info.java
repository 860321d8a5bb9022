/**
 * Who may do what: API keys with scopes, browsers that sign in with one, limits of rate, and the record of
 * administrative acts.
 */
package dev.kappa.access;
