package io.countersign.cms;

import java.util.OptionalInt;

/**
 * What a signature says beside the digest of the image.
 *
 * @param opusInfo description and URL
 * @param relaxedMarkerCheck whether to ask Windows to excuse an {@link InvalidMarker}, as signtool's /rmc does
 * @param sequenceNumber which of the nested signatures this is, in the order they were made, from 1 (RFC 2985,
 *     sequenceNumber); the primary signature has none
 */
public record SignedAttributes(SpcSpOpusInfo opusInfo, boolean relaxedMarkerCheck, OptionalInt sequenceNumber) {}
