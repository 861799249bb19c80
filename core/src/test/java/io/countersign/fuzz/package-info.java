/** Jazzer targets: hostile octets at every door of core. In ordinary test runs they replay their seeds; {@code .ci/fuzz} fuzzes. */
package io.countersign.fuzz;
