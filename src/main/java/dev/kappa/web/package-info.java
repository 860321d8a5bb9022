/** HTTP: thin controllers, JSON views, and problem+json for whatever goes wrong. */
package dev.kappa.web;
