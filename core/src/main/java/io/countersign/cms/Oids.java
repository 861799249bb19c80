package io.countersign.cms;

import org.bouncycastle.asn1.ASN1ObjectIdentifier;

/** Object identifiers of Authenticode. */
public final class Oids {
    private Oids() {}

    private static final ASN1ObjectIdentifier MICROSOFT = new ASN1ObjectIdentifier("1.3.6.1.4.1.311");

    /** SPC_INDIRECT_DATA_OBJID: the content type of an Authenticode SignedData. */
    public static final ASN1ObjectIdentifier SPC_INDIRECT_DATA = MICROSOFT.branch("2.1.4");

    /** SPC_STATEMENT_TYPE_OBJID, a signed attribute. */
    public static final ASN1ObjectIdentifier SPC_STATEMENT_TYPE = MICROSOFT.branch("2.1.11");

    /** SPC_SP_OPUS_INFO_OBJID, a signed attribute: description and URL. */
    public static final ASN1ObjectIdentifier SPC_SP_OPUS_INFO = MICROSOFT.branch("2.1.12");

    /** SPC_PE_IMAGE_DATA_OBJID. */
    public static final ASN1ObjectIdentifier SPC_PE_IMAGE_DATA = MICROSOFT.branch("2.1.15");

    /** SPC_CAB_DATA_OBJID: a cabinet, and in catalogs any file that is hashed whole. */
    public static final ASN1ObjectIdentifier SPC_CAB_DATA = MICROSOFT.branch("2.1.25");

    /** SPC_SIPINFO_OBJID: any other file, with the GUID of the subject interface package that digests it. */
    public static final ASN1ObjectIdentifier SPC_SIPINFO = MICROSOFT.branch("2.1.30");

    /** szOID_CTL: the content type of a catalog, a certificate trust list. */
    public static final ASN1ObjectIdentifier CERTIFICATE_TRUST_LIST = MICROSOFT.branch("10.1");

    /** szOID_KP_LIFETIME_SIGNING, an extended key usage: signatures end with the certificate, timestamped or not. */
    public static final ASN1ObjectIdentifier LIFETIME_SIGNING = MICROSOFT.branch("10.3.13");

    /** SPC_PE_IMAGE_PAGE_HASHES_V1_OBJID: a table with SHA-1. */
    public static final ASN1ObjectIdentifier SPC_PE_IMAGE_PAGE_HASHES_V1 = MICROSOFT.branch("2.3.1");

    /** SPC_PE_IMAGE_PAGE_HASHES_V2_OBJID: a table with SHA-256. */
    public static final ASN1ObjectIdentifier SPC_PE_IMAGE_PAGE_HASHES_V2 = MICROSOFT.branch("2.3.2");

    /** SPC_INDIVIDUAL_SP_KEY_PURPOSE_OBJID, the statement type signtool writes. */
    public static final ASN1ObjectIdentifier SPC_INDIVIDUAL = MICROSOFT.branch("2.1.21");

    /** szOID_NESTED_SIGNATURE, an unsigned attribute: whole further signatures. */
    public static final ASN1ObjectIdentifier SPC_NESTED_SIGNATURE = MICROSOFT.branch("2.4.1");

    /** SPC_RELAXED_PE_MARKER_CHECK_OBJID, a signed attribute: an INTEGER of flags. */
    public static final ASN1ObjectIdentifier SPC_RELAXED_PE_MARKER_CHECK = MICROSOFT.branch("2.6.1");

    /** szOID_PKCS_9_SEQUENCE_NUMBER, a signed attribute of nested signatures. */
    public static final ASN1ObjectIdentifier SEQUENCE_NUMBER = new ASN1ObjectIdentifier("1.2.840.113549.1.9.25.4");

    /** szOID_RFC3161_counterSign, an unsigned attribute: a timestamp token over the signature value. */
    public static final ASN1ObjectIdentifier SPC_RFC3161_TIMESTAMP = MICROSOFT.branch("3.3.1");

    /** id-aa-signatureTimeStampToken (RFC 3161 appendix A), an unsigned attribute: the same outside Authenticode. */
    public static final ASN1ObjectIdentifier SIGNATURE_TIMESTAMP =
            new ASN1ObjectIdentifier("1.2.840.113549.1.9.16.2.14");
}
