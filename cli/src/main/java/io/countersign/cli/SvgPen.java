package io.countersign.cli;

import java.io.Writer;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Writes SVG 1.1 elements; every text is escaped by the JDK's XML writer and rid of what XML or a reader could stumble over. */
final class SvgPen implements AutoCloseable {
    private final XMLStreamWriter xml;

    SvgPen(Writer out) throws XMLStreamException {
        xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out);
        xml.writeStartDocument("UTF-8", "1.0");
        xml.writeCharacters("\n");
    }

    /** What is in a group. */
    interface Content {
        void draw() throws XMLStreamException;
    }

    void element(String name, Content content, Object... attributes) throws XMLStreamException {
        xml.writeStartElement(name);
        attributes(attributes);
        content.draw();
        xml.writeEndElement();
        xml.writeCharacters("\n");
    }

    void empty(String name, Object... attributes) throws XMLStreamException {
        xml.writeEmptyElement(name);
        attributes(attributes);
        xml.writeCharacters("\n");
    }

    void text(String text, double x, double y, Object... attributes) throws XMLStreamException {
        element("text", () -> characters(text), with(attributes, "x", x, "y", y));
    }

    /** A rectangle with a text that is shown when pointed at, and read aloud. */
    void rectangle(double x, double y, double width, double height, String title, Object... attributes)
            throws XMLStreamException {
        element("rect", () -> tag("title", title), with(attributes, "x", x, "y", y, "width", width, "height", height));
    }

    void line(double x1, double y1, double x2, double y2, Object... attributes) throws XMLStreamException {
        empty("line", with(attributes, "x1", x1, "y1", y1, "x2", x2, "y2", y2));
    }

    /** An element with nothing but text. */
    void tag(String name, String text, Object... attributes) throws XMLStreamException {
        xml.writeStartElement(name);
        attributes(attributes);
        characters(text);
        xml.writeEndElement();
    }

    private void characters(String text) throws XMLStreamException {
        xml.writeCharacters(clean(text));
    }

    private static String clean(String text) {
        return text.replaceAll("\\p{C}", "?");
    }

    private static Object[] with(Object[] attributes, Object... more) {
        Object[] all = new Object[attributes.length + more.length];
        System.arraycopy(more, 0, all, 0, more.length);
        System.arraycopy(attributes, 0, all, more.length, attributes.length);
        return all;
    }

    private void attributes(Object... attributes) throws XMLStreamException {
        for (int i = 0; i < attributes.length; i += 2) {
            Object value = attributes[i + 1];
            xml.writeAttribute(
                    attributes[i].toString(),
                    value instanceof Double number
                            ? String.format(Locale.ROOT, "%.1f", number)
                            : clean(value.toString()));
        }
    }

    @Override
    public void close() throws XMLStreamException {
        xml.writeEndDocument();
        xml.close();
    }
}
