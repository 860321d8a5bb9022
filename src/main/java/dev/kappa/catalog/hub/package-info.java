/** Files of a hub that speaks the interface of the Hugging Face Hub: listed, downloaded, checked, published once. */
package dev.kappa.catalog.hub;
