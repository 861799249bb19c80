package io.countersign.docs;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.LocationProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/** The compiled classes of every module, straight from its build folder; a module that was not built is an error, not an empty set. */
final class CountersignClasses implements LocationProvider {
    @Override
    public Set<Location> get(Class<?> testClass) {
        Set<Location> locations = new LinkedHashSet<>();
        for (String module : Repository.MODULES) {
            Path classes = classes(module);
            if (!Files.isDirectory(classes)) {
                throw new IllegalStateException(
                        classes + " is not there: build the modules first, as in ./mvnw -pl docs -am test");
            }
            locations.add(Location.of(classes));
        }
        return locations;
    }

    /** Classes that the named module holds. */
    static DescribedPredicate<JavaClass> module(String name) {
        String prefix = classes(name).toUri().toString();
        return DescribedPredicate.describe(
                "classes of the module " + name,
                type -> type.getBaseComponentType()
                        .getSource()
                        .map(source -> source.getUri().toString().startsWith(prefix))
                        .orElse(false));
    }

    private static Path classes(String module) {
        return Repository.ROOT.resolve(module).resolve("target").resolve("classes");
    }
}
