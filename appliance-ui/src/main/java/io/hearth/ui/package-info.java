/** Control plane, gateway and admin UI: one package per feature, each with its store, its REST resource and its view. */
package io.hearth.ui;
