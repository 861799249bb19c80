-- What is told to whom of the end of a request, and what came of it. The request or draft need not be there any more.

CREATE TABLE webhook_delivery (
    id         TEXT    NOT NULL PRIMARY KEY,
    request    TEXT    NOT NULL,
    project    TEXT    NOT NULL,
    url        TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('WAITING', 'DELIVERED', 'GIVEN_UP')),
    attempts   INTEGER NOT NULL,
    next_at    BIGINT,
    last_at    BIGINT,
    answer     TEXT,
    CHECK ((state = 'WAITING') = (next_at IS NOT NULL)),
    UNIQUE (request, url)
);

CREATE INDEX webhook_delivery_due ON webhook_delivery (next_at) WHERE state = 'WAITING';

CREATE INDEX webhook_delivery_created ON webhook_delivery (created_at, id);

-- What ended while nobody was there to tell of it is found by its time.
CREATE INDEX signing_request_finished ON signing_request (finished_at) WHERE finished_at IS NOT NULL;
