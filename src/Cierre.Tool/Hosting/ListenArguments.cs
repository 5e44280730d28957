using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography.X509Certificates;
using Cierre.Tool.Output;

namespace Cierre.Tool.Hosting;

/// <summary>The arguments of a command that listens: where, and with which certificate.</summary>
internal sealed class ListenArguments
{
    public ListenArguments()
    {
        Cert.AcceptExistingOnly();
        Key.AcceptExistingOnly();
    }

    public Option<HostAddress> Url { get; } =
        new("--url")
        {
        Description = "Where to listen: http://127.0.0.1:8080, or https:// with a certificate; * for all addresses; port 0 picks a free one.",
        HelpName = "URL", Required = true, CustomParser = ParseUrl
        };

    public Option<FileInfo> Cert { get; } =
        new("--cert") { Description = "The certificate for https (PEM). Without one, one is made for this run.", HelpName = "FILE" };

    public Option<FileInfo> Key { get; } = new("--key") { Description = "Its private key (PEM, unencrypted).", HelpName = "FILE" };

    public HostAddress AddressOf(ParseResult parsed) => parsed.GetValue(Url)!;

    /// <summary>Null for http.</summary>
    /// <exception cref="UsageException">The arguments do not go together, or the files hold no certificate and key.</exception>
    public X509Certificate2? CertificateOf(ParseResult parsed)
    {
        (HostAddress address, FileInfo? cert, FileInfo? key) = (AddressOf(parsed), parsed.GetValue(Cert), parsed.GetValue(Key));
        if (cert is null != key is null) throw new UsageException("--cert and --key go together.");
        if (cert is not null && !address.IsHttps) throw new UsageException("--cert and --key need a --url with https.");
        if (!address.IsHttps) return null;
        if (cert is null || key is null) return ServerCertificate.Create();
        try
        {
            return ServerCertificate.Load(cert.FullName, key.FullName);
        }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--cert {cert} with --key {key}: {e.Message}");
        }
    }

    /// <summary>Reads <c>--url</c>.</summary>
    public static HostAddress? ParseUrl(ArgumentResult result)
    {
        if (HostAddress.TryParse(result.Tokens[0].Value, out HostAddress? address, out string? error)) return address;
        result.AddError(error);
        return null;
    }
}
