/** What an administrator may set for the whole appliance: typed values with defaults and limits, kept as rows. */
package io.hearth.ui.settings;
