/** Starting and stopping: the directory that holds all state, the database inside it, and what a failed start says. */
package dev.kappa.home;
