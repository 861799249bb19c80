package io.countersign.catalog;

import org.bouncycastle.asn1.ASN1ObjectIdentifier;

/** Object identifiers of catalogs, as wintrust.h and mscat.h of the Windows SDK name them. */
final class CatalogOids {
    private CatalogOids() {}

    private static final ASN1ObjectIdentifier CATALOG = new ASN1ObjectIdentifier("1.3.6.1.4.1.311.12");

    /** szOID_CATALOG_LIST: what the trust list is used for. */
    static final ASN1ObjectIdentifier LIST = CATALOG.branch("1.1");

    /** szOID_CATALOG_LIST_MEMBER. */
    static final ASN1ObjectIdentifier MEMBER_V1 = CATALOG.branch("1.2");

    /** szOID_CATALOG_LIST_MEMBER_V2. */
    static final ASN1ObjectIdentifier MEMBER_V2 = CATALOG.branch("1.3");

    /** CAT_NAMEVALUE_OBJID. */
    static final ASN1ObjectIdentifier NAME_VALUE = CATALOG.branch("2.1");

    /** CAT_MEMBERINFO_OBJID. */
    static final ASN1ObjectIdentifier MEMBER_INFO = CATALOG.branch("2.2");

    /** CAT_MEMBERINFO2_OBJID: what version 2 has instead, and leaves empty. */
    static final ASN1ObjectIdentifier MEMBER_INFO_2 = CATALOG.branch("2.3");
}
