/**
 * Statistics on arrays of doubles: spectra, resampling, rank correlation, false-discovery control and the
 * fit of saturating curves. Nothing here knows tensors, files or requests.
 */
package dev.kappa.stats;
