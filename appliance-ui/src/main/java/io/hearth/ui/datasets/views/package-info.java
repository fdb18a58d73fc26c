/** The pages of datasets. */
package io.hearth.ui.datasets.views;
