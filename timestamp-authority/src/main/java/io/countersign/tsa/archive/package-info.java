/** Every token an authority has issued, on the disk before anybody has it. */
package io.countersign.tsa.archive;
