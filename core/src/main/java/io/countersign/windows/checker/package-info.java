/** What Windows' own checkers print of a file, and by which rule: {@code signtool verify}, {@code sigcheck}, {@code sigverif}. */
package io.countersign.windows.checker;
