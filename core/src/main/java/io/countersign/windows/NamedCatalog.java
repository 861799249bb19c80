package io.countersign.windows;

import io.countersign.catalog.Catalog;

/**
 * A catalog that may know the file.
 *
 * @param name for sentences, as a rule its file's
 */
public record NamedCatalog(String name, Catalog catalog) {}
