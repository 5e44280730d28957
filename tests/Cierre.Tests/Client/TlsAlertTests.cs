using System.Security.Authentication;
using System.Security.Cryptography;
using Cierre.Client;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class TlsAlertTests
{
    // ERR_PACK(ERR_LIB_SSL, 0, SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED): what OpenSSL says of alert 116.
    private const int CertificateRequired = 0x0A00045C;

    [Theory]
    [InlineData(CertificateRequired, 116, "certificate_required (116)")]
    [InlineData(0x0A000410, 40, "handshake_failure (40)")]
    [InlineData(0x0A00042E, 70, "protocol_version (70)")]
    [InlineData(0x0A000419, 49, "access_denied (49)")]
    [InlineData(0x0A000440, 88, "alert (88)")]
    public void Alert_is_read_from_the_error_code(int code, int alert, string described)
    {
        Assert.Equal(alert, TlsAlert.Of(Failure(code)));
        Assert.Equal(described, TlsAlert.Describe(alert));
    }

    [Theory]
    [InlineData(0x0A000086)]
    [InlineData(unchecked((int)0x80131500))]
    [InlineData(0x0200045C)]
    public void Other_codes_are_no_alerts(int code) => Assert.Null(TlsAlert.Of(Failure(code)));

    [Theory]
    [InlineData(CertificateRequired, 1015, CloseCause.TlsFailed, "the server refused the TLS handshake with the alert certificate_required (116)")]
    [InlineData(0x0A000418, 1015, CloseCause.TlsFailed, "the server refused the TLS handshake with the alert unknown_ca (48)")]
    [InlineData(0x0A000438, 1006, CloseCause.ConnectionReset, "the server ended TLS with the alert internal_error (80) before it had answered")]
    public async Task Alert_at_the_first_read_ends_the_opening_by_its_name(int code, int closeCode, CloseCause cause, string detail)
    {
        await using RawServer server = RawServer.Start(peer => peer.ReadToEndAsync(), switchProtocols: false);
        CloseRecord record = await ClientRig.FailAsync(server.Url, options => options.ConfigureHandler = handler =>
            handler.PlaintextStreamFilter = (_, _) => ValueTask.FromResult<Stream>(new Refusing(Failure(code))));
        Assert.Equal((closeCode, cause, detail), (record.Code, record.Cause, record.Detail));
        Assert.Equal(cause == CloseCause.TlsFailed ? ReconnectKind.No : ReconnectKind.Yes, record.Reconnect.Kind);
    }

    /// <summary>As .NET wraps it.</summary>
    private static IOException Failure(int code) =>
        new("The decryption operation failed, see inner exception.", new AuthenticationException("Decrypt failed.", new CryptographicException(code)));

    /// <summary>Takes what is written and fails the first read.</summary>
    private sealed class Refusing(Exception failure) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromException<int>(failure);
    }
}
