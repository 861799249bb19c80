/** The client of a signing server: requests go in, signed files and typed failures come out. */
package io.countersign.cli.client;
