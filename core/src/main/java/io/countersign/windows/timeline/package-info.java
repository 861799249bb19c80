/** How Windows' answers about a file change as time passes: every time that counts, and the answers between them. */
package io.countersign.windows.timeline;
