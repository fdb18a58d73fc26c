/** {@code ./hearth quickstart}: the main job on the sample, done through the appliance's REST API as any program could. */
package io.hearth.starter.quickstart;
