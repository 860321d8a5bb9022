/** For tests of every package: a real server on a free port with a home of its own, and a client for it. */
package dev.kappa.testing;
