/**
 * The decoder-only transformer that every family shares: norms, attention, MLP, block, whole pass. A family
 * only says which weight goes where.
 *
 * <p>Letters in shape comments: b batch, t position, d model width, H heads, K key-value heads, c head width,
 * m MLP width, v vocabulary.
 */
package dev.kappa.lm.block;
