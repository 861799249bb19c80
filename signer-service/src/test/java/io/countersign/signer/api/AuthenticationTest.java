package io.countersign.signer.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jakarta.ws.rs.container.ContainerRequestContext;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

class AuthenticationTest {
    @Test
    void aRequestThatNobodyAuthenticatedIsUnauthorizedNotEverybodys() {
        // A request as it is before any filter ran: whatever is asked of it, there is nothing.
        ContainerRequestContext untouched = (ContainerRequestContext) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ContainerRequestContext.class}, (p, m, a) -> null);
        Problem.Refusal refusal = catchThrowableOfType(Problem.Refusal.class, () -> Authentication.callerOf(untouched));
        assertThat(refusal.problem().status()).isEqualTo(401);
    }
}
