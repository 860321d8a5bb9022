/** The measurements that experiments share: gradients at hooks, attribution, ablation, outer products. */
package dev.kappa.experiment.measure;
