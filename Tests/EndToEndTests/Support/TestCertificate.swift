// SPDX-License-Identifier: MIT

import TemporaryFolders

/// A self-signed certificate for 127.0.0.1 and localhost, good for a hundred years and for nothing but tests.
enum TestCertificate {
    static func folder() throws -> TemporaryFolder {
        try TemporaryFolder(["cert.pem": certificate, "key.pem": key])
    }

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBhTCCASugAwIBAgIBAjAKBggqhkjOPQQDAjAjMSEwHwYDVQQDDBhtb29uZGlh
        bCBlbmQtdG8tZW5kIHRlc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAw
        MDBaMCMxITAfBgNVBAMMGG1vb25kaWFsIGVuZC10by1lbmQgdGVzdDBZMBMGByqG
        SM49AgEGCCqGSM49AwEHA0IABORjnP5eAl2125Lkf4u3Mrf99+aYsieXZD8k34uk
        DrYpk8siK3hc0D/aFObBXXeBqhmag+ovpLKq7tKJvplvUPWjTjBMMBoGA1UdEQQT
        MBGHBH8AAAGCCWxvY2FsaG9zdDAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBRy
        1nrqjsZgnniZgkiJkuUqHaeIKTAKBggqhkjOPQQDAgNIADBFAiEA6OKZpEDSUnG1
        3v9J9KDkYwHl6iFsWevnrMGvFnNW0lkCIBAi85lEwtl/cc6lhv64lnhTttxVFywc
        3d6d9VeKhjuP
        -----END CERTIFICATE-----

        """

    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgcDKXXuquVZ+cfWQG
        Ctvpjvze2nsHnq44kz9n92osbuihRANCAATkY5z+XgJdtduS5H+LtzK3/ffmmLIn
        l2Q/JN+LpA62KZPLIit4XNA/2hTmwV13gaoZmoPqL6Syqu7Sib6Zb1D1
        -----END PRIVATE KEY-----

        """
}
