/** YAML read node by node, so that every problem has its line. */
package io.countersign.yaml;
