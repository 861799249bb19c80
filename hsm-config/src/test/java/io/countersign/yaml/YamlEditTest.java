package io.countersign.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlEditTest {
    private static final List<List<String>> ITEMS = List.of(List.of("name: b", "size: 2"), List.of("name: c"));

    @Test
    void itemsComeBehindTheLastAndEveryCommentStays() {
        String text = """
                # \uD83D\uDD11 first
                things:
                  # of a
                  - name: a # here
                    parts: [x,
                      y] # end

                # others
                others: {}
                """;

        assertThat(YamlEdit.append(text, "things", "more", ITEMS)).isEqualTo("""
                        # \uD83D\uDD11 first
                        things:
                          # of a
                          - name: a # here
                            parts: [x,
                              y] # end
                          # more
                          - name: b
                            size: 2
                          - name: c

                        # others
                        others: {}
                        """);
    }

    @Test
    void aListWithoutMarginAndALastLineWithoutEndAreNoObstacle() {
        assertThat(YamlEdit.append("things:\r\n- name: a", "things", "more", ITEMS))
                .isEqualTo("things:\r\n- name: a\r\n# more\r\n- name: b\r\n  size: 2\r\n- name: c\r\n");
        assertThat(YamlEdit.append("things:\n- name: |\n    text\n\nx: y\n", "things", "more", ITEMS))
                .contains("text\n", "\n# more\n- name: b\n  size: 2\n- name: c\nx: y\n");
    }

    @Test
    void aTextIsReplacedAndWhatIsAroundItStays() {
        assertThat(YamlEdit.replace("a: 1\npki: # here\n  baseUrl:  'x'  # there\n", "pki", "baseUrl", "http://y"))
                .isEqualTo("a: 1\npki: # here\n  baseUrl:  http://y  # there\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"things: [{name: a}]", "things: []", "things: a", "others: []", "things:"})
    void whatIsNoListInLinesIsRefused(String text) {
        assertThatThrownBy(() -> YamlEdit.append(text, "things", "more", ITEMS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'things'");
    }
}
