/** The machine's clock, watched: its time is given out only while there is a reason to believe it. */
package io.countersign.tsa.clock;
