/** The formats that can be signed beside PE: each as one file whose signature has a place, read strictly, written by jsign. */
package io.countersign.format;
