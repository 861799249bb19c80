/** Driver packages as Windows' installer looks at them: INF, catalog and files against each other. */
package io.countersign.windows.packages;
