package io.countersign.cli.lab;

import java.util.List;
import java.util.Optional;

/**
 * A lesson that runs: a story in steps, each of which makes files, runs a command, or only says something.
 *
 * @param name of its folder
 * @param minutes what it takes to read along
 * @param learn what one knows afterwards, a sentence each
 */
public record Lab(String name, String title, int minutes, List<String> learn, String story, List<Step> steps) {
    public Lab {
        learn = List.copyOf(learn);
        steps = List.copyOf(steps);
    }

    /**
     * One step.
     *
     * @param say what is done, and why
     * @param after what to see in it, said when it is done
     */
    public record Step(String say, List<Making> make, Optional<LabCommand> run, Optional<String> after) {
        public Step {
            make = List.copyOf(make);
        }
    }
}
