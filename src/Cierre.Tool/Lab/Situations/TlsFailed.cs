using System.Net.Sockets;
using Cierre.RawPeers;
using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1015: TLS that does not come about, so that nothing of WebSockets ever begins.</summary>
internal static class TlsFailed
{
    private static readonly PageRole Role = PageRole.Reporting(CloseCodes.AbnormalClosure, "tls-is-1006")
        .In(BrowserKind.Firefox, Quirk.Says(CloseCodes.TlsHandshake, "firefox-says-1015"));

    public static Situation UntrustedCertificate() => new("1015-untrusted", "a server with a certificate that nobody vouches for")
    {
        OwnHost = true,
        Tls = true,
        InPage = Role,
        Client = ExpectedClose.NotOpened(CloseCause.TlsFailed),
        Play = async run => await run.FailToConnectAsync(run.Url),
    };

    public static Situation PlaintextServer() => new("1015-plaintext", "a server that does not speak TLS at all")
    {
        InPage = Role,
        Client = ExpectedClose.NotOpened(CloseCause.TlsFailed),
        Play = async run =>
        {
            using RawListener listener = RawListener.Start();
            Task<CloseRecord?> failing = run.FailToConnectAsync(new UriBuilder(listener.Url) { Scheme = "wss" }.Uri);
            // A browser tries more than once.
            while (await Task.WhenAny(failing, AnswerInPlainTextAsync(listener)) != failing)
            {
            }

            return await failing;
        },
    };

    private static async Task AnswerInPlainTextAsync(RawListener listener)
    {
        try
        {
            using RawPeer server = await listener.AcceptAsync();
            await server.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
        catch (SocketException)
        {
            // The client had enough before it was all said, or the situation is over.
        }
    }
}
