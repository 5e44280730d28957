using System.Text;
using Cierre.RawPeers;
using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1008: a client that does not read, at an endpoint that lets only so much wait for it.</summary>
internal static class SlowReader
{
    private static readonly CloseFrame Policy = new(CloseCodes.PolicyViolation, "the peer reads too slowly: more than 65536 bytes wait to be sent to it");

    public static Situation Create() => new("1008-slow-reader", "a client that does not read what it is sent")
    {
        Options = options => (options.SlowReaderPolicy, options.SendBufferLimit) = (SlowReaderPolicy.Close, 64 * 1024),
        Handler = SendUntilClosedAsync,
        Server = ExpectedClose.ByUs(Policy, CloseCause.PolicyViolation) with { Detail = Policy.Reason },
        Play = async run =>
        {
            using RawPeer client = await AgainstRawPeer.OpenAsync(run.Url);
            WebSocketConnection server = await run.ServerSide;
            while (server.IsOpen) await Task.Delay(TimeSpan.FromMilliseconds(10));
            // Awake again: the close frame lies behind all that it has not read.
            await client.ReadUntilAsync(Encoding.UTF8.GetBytes(Policy.Reason));
            await client.SendCloseAsync(CloseCodes.PolicyViolation);
            await client.ReadToEndAsync();
            return null;
        },
    };

    private static async Task SendUntilClosedAsync(WebSocketConnection connection)
    {
        byte[] data = new byte[16 * 1024];
        try
        {
            while (true) await connection.SendAsync(data);
        }
        catch (WebSocketClosedException)
        {
            // The limit is reached.
        }
    }
}
