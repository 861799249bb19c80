package io.countersign.cli.client;

/**
 * Where a signing request is, in SignPath's words.
 *
 * @param status such as {@code InProgress}, {@code WaitingForApproval} or {@code Completed}
 * @param workflowStatus the step, such as {@code QueuedForProcessing}
 * @param isFinal true if it will not change any more
 */
public record RequestStatus(String status, String workflowStatus, boolean isFinal) {
    /** True if there is a signed file to fetch. */
    public boolean isCompleted() {
        return status.equals("Completed");
    }
}
