using System.Security.Cryptography.X509Certificates;
using Cierre.TestKit;

namespace Cierre.SystemNet.Tests.Subjects;

/// <summary>A server made of bytes, for subjects that are clients.</summary>
internal static class ClientSide
{
    private static readonly X509Certificate2 Certificate = Certificates.ForLocalhost();

    /// <summary>Listens, lets the client connect, agrees to what it needs, and pairs the two.</summary>
    public static async Task<OpenSubject> OpenAsync(bool tls, Setup setup, Func<Uri, Task<WebSocket>> connect)
    {
        var accepted = new TaskCompletionSource<RawPeer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        RawServer server = RawServer.Start(
            async peer =>
            {
                List<string> headers = [];
                if (setup.SubProtocol is { } protocol) headers.Add($"Sec-WebSocket-Protocol: {protocol}");
                if (setup.Compressed) headers.Add("Sec-WebSocket-Extensions: permessage-deflate");
                await peer.SwitchProtocolsAsync([.. headers]);
                accepted.SetResult(peer);
                await done.Task;
            },
            switchProtocols: false,
            certificate: tls ? Certificate : null);
        WebSocket socket = await connect(server.Url).WaitAsync(RawPeer.DefaultBound);
        return new OpenSubject(socket, await accepted.Task.WaitAsync(RawPeer.DefaultBound), close: () =>
        {
            done.SetResult();
            _ = server.DisposeAsync().AsTask();
        });
    }
}
