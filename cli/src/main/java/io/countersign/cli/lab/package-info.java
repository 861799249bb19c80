/** Labs as data: read from lab.yaml, their files made in a folder of their own, what their commands say compared with what is expected. */
package io.countersign.cli.lab;
