package io.countersign.home;

import io.countersign.home.Configuration.Project;
import io.countersign.home.Configuration.Repository;
import io.countersign.home.Configuration.Webhook;
import io.countersign.yaml.YamlDocument;
import io.countersign.yaml.YamlMap;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads one of {@code projects}. */
final class ProjectSection {
    private static final int MAX_WEBHOOKS = 10;

    private final YamlDocument document;
    private final Names names;
    private final PolicySection policies;
    private final Function<YamlMap.Text, Path> path;

    /** @param path reads a path of the home */
    ProjectSection(YamlDocument document, Names names, PolicySection policies, Function<YamlMap.Text, Path> path) {
        this.document = document;
        this.names = names;
        this.policies = policies;
        this.path = path;
        names.declare(IdentitiesSection.ISSUER, Repository.GITHUB_API);
    }

    Project read(YamlMap map) {
        String slug = names.unique(map, "slug", "project");
        Optional<Repository> repository = map.optionalMap("repository").map(this::repository);
        Project project = new Project(
                slug,
                map.text("name"),
                repository,
                map.optionalMaps("webhooks").stream().map(this::webhook).toList(),
                map.maps("policies").stream()
                        .map(p -> policies.read(slug, repository.isPresent(), p))
                        .toList());
        if (project.webhooks().size() > MAX_WEBHOOKS) {
            document.problem(
                    map.line("webhooks"),
                    project.webhooks().size() + " webhooks are too many",
                    "name at most " + MAX_WEBHOOKS);
        }
        map.end();
        return project;
    }

    private Repository repository(YamlMap map) {
        List<YamlMap.Text> vouchers = map.texts("vouchers");
        Repository repository = new Repository(
                map.value("url", WebAddress::guarded, WebAddress.GUARDED_IN_WORDS, URI.create("none:none")),
                map.text("id"),
                map.optionalText("ownerId"),
                names.references(vouchers, IdentitiesSection.ISSUER));
        vouchers.stream()
                .filter(v -> names.isDeclared(IdentitiesSection.SIGN_IN_ISSUER, v.value()))
                .forEach(v -> document.problem(
                        v.line(),
                        "people sign in through issuer '" + v.value() + "', which says nothing of builds",
                        "name the issuer of the builds' tokens"));
        map.end();
        return repository;
    }

    private Webhook webhook(YamlMap map) {
        Webhook webhook = new Webhook(
                map.value("url", WebAddress::guarded, WebAddress.GUARDED_IN_WORDS, URI.create("none:none")),
                path.apply(new YamlMap.Text(map.text("secretFile"), map.line("secretFile"))));
        map.end();
        return webhook;
    }
}
