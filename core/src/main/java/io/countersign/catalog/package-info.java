/** Security catalogs (.cat): what a driver package's files must hash to, read, made for a folder with an INF, and compared. */
package io.countersign.catalog;
