/**
 * The first page: the fleet live, what runs, what needs attention, and what to do next on an empty appliance. What the page says
 * of other features comes from them: beans of {@link io.hearth.ui.overview.Attention}, {@link io.hearth.ui.overview.Step} and
 * {@link io.hearth.ui.overview.Activity}.
 */
package io.hearth.ui.overview;
