package io.countersign.signer.identity.oidc;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPResponse;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;

/** Calls an issuer's token endpoint, within the bounds of everything that issuers are asked. */
final class TokenCall implements HTTPRequestSender {
    @Override
    public ReadOnlyHTTPResponse send(ReadOnlyHTTPRequest request) throws IOException {
        HttpRequest.Builder call = HttpRequest.newBuilder(request.getURI())
                .method(request.getMethod().name(), BodyPublishers.ofString(request.getBody()));
        request.getHeaderMap().forEach((name, values) -> values.forEach(v -> call.header(name, v)));
        IssuerRetriever.Answer answer = IssuerRetriever.send(call.build());
        HTTPResponse response = new HTTPResponse(answer.status());
        try {
            response.setContentType(answer.type());
        } catch (ParseException e) {
            throw new IOException("its answer has a Content-Type that is none", e);
        }
        response.setBody(answer.body());
        return response;
    }
}
