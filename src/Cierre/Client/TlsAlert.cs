using System.Security.Cryptography;

namespace Cierre.Client;

/// <summary>The alert with which a peer ended TLS, read from OpenSSL's error code and not from a message. RFC 8446 6.</summary>
internal static class TlsAlert
{
    // openssl/err.h and sslerr.h: the library is in the bits from 23 on, 20 is SSL; the reason of an alert is 1000 and its number.
    private const int LibraryShift = 23;
    private const int LibrarySsl = 20;
    private const int ReasonMask = (1 << LibraryShift) - 1;
    private const int FirstAlert = 1000;

    /// <summary>The number of the alert; null where the exception tells of none.</summary>
    public static int? Of(Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            if (e is CryptographicException { HResult: var code } && code >> LibraryShift == LibrarySsl
                && (code & ReasonMask) - FirstAlert is >= 0 and <= byte.MaxValue and var alert) return alert;
        }

        return null;
    }

    /// <summary>Whether it is about the certificate of who was refused: in TLS 1.3 it comes when the handshake is done on this side, and ends it all the
    /// same.</summary>
    public static bool IsAboutOurCertificate(int alert) => alert is >= 42 and <= 46 or 48 or 49 or 51 or 116;

    /// <summary>Its name as the standard has it, and its number.</summary>
    public static string Describe(int alert) => $"{Name(alert)} ({alert})";

    private static string Name(int alert) => alert switch
    {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        22 => "record_overflow",
        40 => "handshake_failure",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        100 => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        112 => "unrecognized_name",
        113 => "bad_certificate_status_response",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        120 => "no_application_protocol",
        _ => "alert",
    };
}
