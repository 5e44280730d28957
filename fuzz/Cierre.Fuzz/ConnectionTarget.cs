using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Cierre.TestKit;
using Cierre.Testing;
using static Cierre.Fuzz.OutputReader;

namespace Cierre.Fuzz;

/// <summary>A whole connection, compression agreed on, over the simulated network: an application that echoes, and a peer who sends the input and then ends, resets or is silent.</summary>
internal sealed class ConnectionTarget : Target
{
    private const string Single = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    private readonly InputMaker _maker = new();
    private readonly ArrayBufferWriter<byte> _written = new();

    public override (string What, string Why) Run(Dice dice, int number)
    {
        Side side = dice.OneIn(2) ? Side.Client : Side.Server;
        bool takeover = dice.OneIn(2);
        long limit = dice.Of<long>([200, 1000, 1 << 20]);
        Input = _maker.Make(dice, side.Other(), deflates: true);
        var options = new WebSocketConnectionOptions
        {
            MaxMessageSize = limit,
            CloseTimeout = TimeSpan.FromSeconds(2),
            PingInterval = TimeSpan.FromSeconds(5),
            PingTimeout = TimeSpan.FromSeconds(5),
            Compression = new DeflateOptions { Threshold = dice.OneIn(2) ? 0 : 100, ServerContextTakeover = takeover, ClientContextTakeover = takeover },
        };

        // Whoever waits longer waits for something that cannot come.
        var network = new SimulatedNetwork(number) { TimeLimit = TimeSpan.FromMinutes(2) };
        _written.Clear();
        CloseRecord? record = null;
        network.Run(async () =>
        {
            SimulatedLink link = network.Connect();
            var negotiated = new WebSocketNegotiation { Extensions = takeover ? "permessage-deflate" : Single };
            WebSocketConnection ours = side == Side.Server ? link.OpenServer(options, negotiated) : link.OpenClient(options, negotiated);
            IDuplexPipe peer = side == Side.Server ? link.ClientEnd : link.ServerEnd;
            Task echoing = EchoAsync(ours, limit), reading = ReadAsync(peer);
            Task<bool> sending = SendAsync(peer, network, dice);
            record = await ours.Closed;
            await echoing;
            // Who resets hears nothing more.
            if (!await sending) await reading;
            Require(ReferenceEquals(record, await ours.Closed), "a second record");
            await peer.Input.CompleteAsync();
        });

        Require(record is not null, "ended without a record");
        var output = new OutputReader(side, deflates: true);
        output.Read(_written.WrittenSpan);
        Require(record!.Received is null || (record.Code == record.Received.Code && CloseCodes.MayBeOnTheWire(record.Code) | record.Received.IsEmpty), "code is not the one received");
        Require(record.Received is not null || record.Code == CloseCodes.AbnormalClosure, "no close frame received, and not 1006");
        Require(record.WasClean == (record.Sent is not null && record.Received is not null), "clean, and not both frames");
        return (record.Code.ToString(CultureInfo.InvariantCulture), $"{record.Cause}");
    }

    private static async Task EchoAsync(WebSocketConnection connection, long limit)
    {
        try
        {
            await foreach (WebSocketMessage message in connection.ReadAllAsync())
            {
                Require(message.Data.Length <= limit, "a message over the limit");
                await connection.SendAsync(message);
            }
        }
        catch (WebSocketClosedException)
        {
            // It was closed while we sent.
        }
    }

    /// <summary>True: it ended in a reset.</summary>
    private async Task<bool> SendAsync(IDuplexPipe peer, SimulatedNetwork network, Dice dice)
    {
        for (int at = 0; at < Input.Length;)
        {
            int size = Math.Min(Input.Length - at, 1 + dice.Below(200));
            try
            {
                if ((await peer.Output.WriteAsync(Input.AsMemory(at, size))).IsCompleted) break;
            }
            catch (IOException)
            {
                // The connection was given up and its stream reset.
                break;
            }
            catch (System.Net.Sockets.SocketException)
            {
                break;
            }

            at += size;
            if (dice.OneIn(4)) await network.Delay(TimeSpan.FromMilliseconds(dice.Below(300)));
        }

        if (dice.OneIn(4))
        {
            await peer.Output.CompleteAsync(new IOException("reset"));
            return true;
        }

        if (dice.OneIn(2)) await peer.Output.CompleteAsync();
        return false;
    }

    private async Task ReadAsync(IDuplexPipe peer)
    {
        try
        {
            while (true)
            {
                ReadResult read = await peer.Input.ReadAsync();
                foreach (ReadOnlyMemory<byte> piece in read.Buffer) _written.Write(piece.Span);
                peer.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) return;
            }
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            // Reset.
        }
    }
}
