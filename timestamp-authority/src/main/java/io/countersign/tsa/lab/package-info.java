/** LAB: answers that are wrong on purpose, so that clients can be tried. */
package io.countersign.tsa.lab;
