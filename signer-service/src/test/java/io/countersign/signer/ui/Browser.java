package io.countersign.signer.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Somebody's browser: keeps cookies, follows redirects one at a time, says where forms come from. */
final class Browser {
    private static final Pattern MARK = Pattern.compile("name=\"mark\" value=\"([A-Za-z0-9_-]{43})\"");

    final Map<String, String> cookies = new LinkedHashMap<>();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI site;
    private HttpResponse<String> last;

    Browser(URI site) {
        this.site = URI.create(site.toString().replaceAll("/+$", ""));
    }

    String origin() {
        return site.toString();
    }

    Browser get(String address) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(site.resolve(address)));
    }

    Browser follow() throws IOException, InterruptedException {
        return get(last.headers().firstValue("Location").orElseThrow());
    }

    Browser post(String address, String... fields) throws IOException, InterruptedException {
        return postFrom(origin(), "same-origin", address, fields);
    }

    /** Sends the page's own form, with its mark. */
    Browser submit(String address, String... fields) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(fields));
        all.add("mark");
        all.add(mark());
        return post(address, all.toArray(String[]::new));
    }

    /** @param origin, fetched empty for none */
    Browser postFrom(String origin, String fetched, String address, String... fields)
            throws IOException, InterruptedException {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < fields.length; i += 2) {
            form.append(i == 0 ? "" : "&")
                    .append(fields[i])
                    .append('=')
                    .append(URLEncoder.encode(fields[i + 1], StandardCharsets.UTF_8));
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(site.resolve(address))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form.toString()));
        if (!origin.isEmpty()) {
            request.header("Origin", origin);
        }
        if (!fetched.isEmpty()) {
            request.header("Sec-Fetch-Site", fetched);
        }
        return send(request);
    }

    private Browser send(HttpRequest.Builder request) throws IOException, InterruptedException {
        if (!cookies.isEmpty()) {
            List<String> pairs = new ArrayList<>();
            cookies.forEach((name, value) -> pairs.add(name + "=" + value));
            request.header("Cookie", String.join("; ", pairs));
        }
        last = client.send(request.build(), BodyHandlers.ofString());
        for (String line : last.headers().allValues("Set-Cookie")) {
            HttpCookie cookie = HttpCookie.parse(line).get(0);
            assertThat(line).contains("HttpOnly", "SameSite=Lax", "Path=/").doesNotContain("Domain");
            if (cookie.getMaxAge() == 0) {
                cookies.remove(cookie.getName());
            } else {
                cookies.put(cookie.getName(), cookie.getValue());
            }
        }
        return this;
    }

    HttpResponse<String> last() {
        return last;
    }

    String page() {
        return last.body();
    }

    String mark() {
        Matcher found = MARK.matcher(page());
        assertThat(found.find()).as(page()).isTrue();
        return found.group(1);
    }

    Browser answered(int status) {
        assertThat(last.statusCode()).as(page()).isEqualTo(status);
        return this;
    }

    Browser says(String... texts) {
        assertThat(page()).contains(texts);
        return this;
    }

    Browser redirectedTo(String address) {
        answered(303);
        assertThat(last.headers().firstValue("Location").orElse(""))
                .matches(".*" + Pattern.quote(address) + "(\\?.*)?");
        return this;
    }
}
