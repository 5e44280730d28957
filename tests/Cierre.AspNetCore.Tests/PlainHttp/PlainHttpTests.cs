using System.Net;
using System.Net.Sockets;
using System.Text;
using Cierre.TestKit;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Cierre.AspNetCore.Tests.PlainHttp;

/// <summary>What is no WebSocket does not notice Cierre: each case is played on a server without it and on one with it, and what the application, the
/// client, the log and the meter saw is compared.</summary>
public sealed class PlainHttpTests
{
    // What depends on which of two threads is first is played twice on each side, and without Cierre again until the same was seen there. Of uploads that a
    // reset cuts Kestrel alone logs "RequestBodyDrainBodyReaderInvalidState" in four of five, so two plays can miss it.
    private const int Rounds = 2, MostRounds = 30;

    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["answers"] = new(AnswersAsync),
        ["pipelined requests"] = new(PipelinedAsync) { Http1 = true },
        ["upload"] = new(UploadAsync),
        ["upload cut by a reset"] = new(side => CutUploadAsync(side, reset: true)) { Http1 = true, IsRacy = true },
        ["upload cut by an end"] = new(side => CutUploadAsync(side, reset: false)) { Http1 = true, IsRacy = true },
        ["download left by a reset"] = new(side => LeaveAsync(side, "/endless", reset: true)) { IsRacy = true },
        ["download left by a close"] = new(side => LeaveAsync(side, "/endless", reset: false)) { IsRacy = true },
        ["download with a token left by a reset"] = new(side => LeaveAsync(side, "/endless-with-token", reset: true)) { IsRacy = true },
        ["download with a token left by a close"] = new(side => LeaveAsync(side, "/endless-with-token", reset: false)) { IsRacy = true },
        ["wait left by a reset"] = new(side => LeaveAsync(side, "/wait", reset: true)) { IsRacy = true },
        ["wait left by a close"] = new(side => LeaveAsync(side, "/wait", reset: false)) { IsRacy = true },
        ["half-close while an answer is due"] = new(HalfCloseAsync) { Http1 = true, IsRacy = true },
        ["half-close behind the request"] = new(HalfCloseBehindAsync) { Http1 = true, IsRacy = true },
        ["slow reader"] = new(SlowReaderAsync) { Http1 = true },
        ["not a request"] = new(GarbageAsync) { Http1 = true, IsRacy = true },
        ["connection that says nothing"] = new(SilentAsync) { Http1 = true, IsRacy = true },
        ["keep-alive timeout"] = new(KeepAliveAsync) { Http1 = true, Limits = kestrel => kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(1) },
        ["connection: close"] = new(CloseAsync) { Http1 = true, IsRacy = true },
        ["connection limit"] = new(LimitAsync) { Http1 = true, IsRacy = true, Limits = kestrel => kestrel.Limits.MaxConcurrentConnections = 1 },
        ["exceptions of the application"] = new(ExceptionsAsync) { IsRacy = true },
        ["abort by the application"] = new(AbortAsync) { IsRacy = true },
        ["stop with a request under way"] = new(StopAsync) { IsRacy = true },
        ["stop that runs out of time"] = new(ImpatientStopAsync) { IsRacy = true },
        ["two hundred connections"] = new(ManyAsync) { IsRacy = true },
    };

    public static TheoryData<string, Carrier> All => [.. from name in Cases.Keys from carrier in (Carrier[])[Carrier.Http1, Carrier.Tls, Carrier.Http2] where !(Cases[name].Http1 && carrier.IsHttp2()) select (name, carrier)];

    [Theory]
    [MemberData(nameof(All))]
    public Task Is_as_without_Cierre(string name, Carrier carrier) => CompareAsync(Cases[name], Side.With, carrier);

    [Theory]
    [InlineData(Carrier.Http1)]
    [InlineData(Carrier.Tls)]
    [InlineData(Carrier.Http2)]
    public Task Is_as_without_Cierre_on_Kestrels_transport(Carrier carrier) => CompareAsync(Cases["answers"], Side.WithKestrelsTransport, carrier);

    private static async Task CompareAsync(Case played, Side side, Carrier carrier)
    {
        Task<Played>[] plays = [PlayAsync(played, Side.Without, carrier), PlayAsync(played, side, carrier)];
        Played without = await plays[0], with = await plays[1];
        if (played.IsRacy || carrier.IsHttp2())
        {
            string[] more = More(with, without);
            for (int round = Rounds; more.Length > 0 && round < MostRounds; round += Rounds)
            {
                Played again = await PlayAsync(played, Side.Without, carrier);
                without.Seen.AddRange(again.Seen);
                without.Log.AddRange(again.Log);
                more = More(with, without);
            }

            Assert.Empty(more);
        }
        else
        {
            Assert.Equal(without.Seen, with.Seen);
            Assert.Equal(Lines(without), Lines(with));
        }
    }

    /// <summary>What was seen or logged with Cierre and not without.</summary>
    /// <remarks>In what way a connection was lost is told at levels below in the words of whoever met it first, the reader or the sender.</remarks>
    private static string[] More(Played with, Played without) => [.. with.Seen.Except(without.Seen), .. Events(with).Except(Events(without))];

    private static IEnumerable<string> Lines(Played of) => of.Log.Where(line => !IsOfPace(line)).Order(StringComparer.Ordinal);

    /// <summary>Level, category and event, from information upwards.</summary>
    private static IEnumerable<string> Events(Played of) => of.Log
        .Where(line => line[0] is not ('T' or 'D') && !line.StartsWith("kestrel.", StringComparison.Ordinal))
        .Select(line => string.Join(' ', line.Split(' ').Take(4)));

    /// <summary>Whether an upload was faster than its reader for a moment is not the transport's to say.</summary>
    private static bool IsOfPace(string line) =>
        line.Contains(" ConnectionPause ", StringComparison.Ordinal) || line.Contains(" ConnectionResume ", StringComparison.Ordinal);

    private static async Task<Played> PlayAsync(Case played, Side side, Carrier carrier)
    {
        var result = new Played([], []);
        for (int i = 0; i < (played.IsRacy ? Rounds : 1); i++)
        {
            HttpSide http = await HttpSide.StartAsync(side, carrier, played.Limits);
            await using (http) await played.Run(http).WaitAsync(TimeSpan.FromSeconds(30));
            result.Seen.AddRange(http.Seen);
            result.Log.AddRange(http.Log);
        }

        return result;
    }

    private static async Task AnswersAsync(HttpSide side)
    {
        (HttpClient client, _) = side.Client();
        using (client)
        {
            foreach (string path in (string[])["small", "large", "megabyte", "small", "none"])
            {
                using HttpResponseMessage answer = await client.GetAsync(new Uri(path, UriKind.Relative));
                IEnumerable<string> headers = answer.Headers.Concat(answer.Content.Headers).Where(header =>
                    header.Key != "Date").Select(header => $"{header.Key}: {string.Join(',', header.Value)}");
                side.Note($"{answer.StatusCode} {answer.Version} {string.Join("; ", headers)} {(await answer.Content.ReadAsByteArrayAsync()).Length}");
            }
        }
    }

    private static async Task PipelinedAsync(HttpSide side)
    {
        await using RawPeer peer = await side.RawAsync();
        string one = "GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n", last = "GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        await peer.SendAsync(string.Concat(Enumerable.Repeat(one, 200)) + last);
        (byte[] bytes, RawEnd end) = await peer.ReadToEndAsync();
        side.Note($"{Encoding.Latin1.GetString(bytes).Split("HTTP/1.1 200 OK").Length - 1} answers, {end}");
    }

    private static async Task UploadAsync(HttpSide side)
    {
        (HttpClient client, _) = side.Client();
        using (client)
        {
            foreach (int size in (int[])[10, 100_000, 5_000_000])
            {
                using HttpResponseMessage answer = await client.PostAsync(new Uri("count", UriKind.Relative), new ByteArrayContent(new byte[size]));
                side.Note(await answer.Content.ReadAsStringAsync());
            }
        }
    }

    private static async Task CutUploadAsync(HttpSide side, bool reset)
    {
        await using RawPeer peer = await side.RawAsync();
        await peer.SendAsync("POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc");
        await SeenAsync(side, "begun");
        if (reset) peer.Reset();
        else await peer.HalfCloseAsync();
        await SeenAsync(side, "ended", "failed");
    }

    private static async Task LeaveAsync(HttpSide side, string path, bool reset)
    {
        (HttpClient client, Func<Socket> socket) = side.Client();
        using (client)
        {
            HttpResponseMessage answer = await client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            Stream body = await answer.Content.ReadAsStreamAsync();
            if (path != "/wait") await body.ReadExactlyAsync(new byte[100_000]);
            if (reset) socket().Close(timeout: 0);
            else socket().Dispose();
            await SeenAsync(side, "ended", "failed");
        }
    }

    private static async Task HalfCloseAsync(HttpSide side)
    {
        await using RawPeer peer = await side.RawAsync();
        await peer.SendAsync("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await SeenAsync(side, "begun");
        await peer.ReadHeadAsync();
        await peer.HalfCloseAsync();
        await SeenAsync(side, "ended", "failed");
    }

    private static async Task HalfCloseBehindAsync(HttpSide side)
    {
        await using RawPeer peer = await side.RawAsync();
        await peer.SendAsync("GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await peer.ReadHeadAsync();
        await peer.HalfCloseAsync();
        side.Note($"{(await peer.ReadToEndAsync()).End}");
    }

    private static async Task SlowReaderAsync(HttpSide side)
    {
        await using RawPeer peer = await side.RawAsync();
        await peer.SendAsync("GET /megabyte HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        await peer.ReadHeadAsync();
        // What fits into no buffer on the way stays with the server.
        await Task.Delay(300);
        (byte[] bytes, RawEnd end) = await peer.ReadToEndAsync();
        side.Note($"{bytes.Length} {end}");
    }

    private static async Task GarbageAsync(HttpSide side)
    {
        foreach (string request in (string[])["nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", $"GET /{new string('x', 20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n"])
        {
            await using RawPeer peer = await side.RawAsync();
            await peer.SendAsync(request);
            side.Note((await peer.ReadHeadAsync()).Split('\r')[0]);
        }
    }

    private static async Task SilentAsync(HttpSide side)
    {
        await using (await side.RawAsync())
        {
            side.Note("connected");
        }
    }

    private static async Task KeepAliveAsync(HttpSide side)
    {
        await using RawPeer peer = await side.RawAsync();
        await peer.SendAsync("GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n");
        (byte[] bytes, RawEnd end) = await peer.ReadToEndAsync();
        side.Note($"{bytes.Length} {end}");
    }

    private static async Task CloseAsync(HttpSide side)
    {
        for (int i = 0; i < 10; i++)
        {
            await using RawPeer peer = await side.RawAsync();
            await peer.SendAsync("GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            (byte[] bytes, RawEnd end) = await peer.ReadToEndAsync();
            side.Note($"{bytes.Length} {end}");
        }
    }

    private static async Task LimitAsync(HttpSide side)
    {
        await using RawPeer first = await side.RawAsync();
        await first.SendAsync("GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await first.ReadHeadAsync();
        using var second = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await second.ConnectAsync(IPAddress.Loopback, side.Port);
        try
        {
            side.Note($"{await second.ReceiveAsync(new byte[1])}");
        }
        catch (SocketException e)
        {
            side.Note($"{e.SocketErrorCode}");
        }
    }

    private static async Task ExceptionsAsync(HttpSide side)
    {
        (HttpClient client, _) = side.Client();
        using (client)
        {
            foreach (string path in (string[])["throw", "throw-late", "small"])
            {
                try
                {
                    using HttpResponseMessage answer = await client.GetAsync(new Uri(path, UriKind.Relative));
                    side.Note($"{answer.StatusCode}");
                }
                catch (HttpRequestException e)
                {
                    side.Note($"{e.HttpRequestError}");
                }
            }
        }
    }

    private static async Task AbortAsync(HttpSide side)
    {
        (HttpClient client, _) = side.Client();
        using (client)
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("abort", UriKind.Relative)));
            await SeenAsync(side, "ended", "failed");
        }
    }

    private static async Task StopAsync(HttpSide side)
    {
        (HttpClient client, _) = side.Client();
        using (client)
        {
            Task<string> asking = client.GetStringAsync(new Uri("brief", UriKind.Relative));
            await SeenAsync(side, "begun");
            Task stopping = side.StopAsync();
            side.Note(await asking);
            await stopping.Soon();
        }
    }

    private static async Task ImpatientStopAsync(HttpSide side)
    {
        (HttpClient client, _) = side.Client();
        using (client)
        {
            Task asking = client.GetStringAsync(new Uri("stuck", UriKind.Relative));
            await SeenAsync(side, "begun");
            using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            await side.StopAsync(soon.Token).Soon();
            await SeenAsync(side, "aborted");
            await Assert.ThrowsAsync<HttpRequestException>(() => asking);
        }
    }

    private static async Task ManyAsync(HttpSide side)
    {
        (HttpClient Client, Func<Socket> Socket)[] clients = [.. Enumerable.Range(0, 200).Select(_ => side.Client())];
        string[] answers = await Task.WhenAll(clients.Select(each => each.Client.GetStringAsync(new Uri("small", UriKind.Relative))));
        side.Note($"{answers.Count(answer => answer == "hello")}");
        foreach ((HttpClient client, _) in clients) client.Dispose();
    }

    private static Task SeenAsync(HttpSide side, params string[] beginnings) =>
        Waits.Until(() => side.Seen.Any(line => beginnings.Any(beginning => line.StartsWith(beginning, StringComparison.Ordinal))), beginnings[0]);

    private sealed record Case(Func<HttpSide, Task> Run)
    {
        public bool Http1 { get; init; }

        public bool IsRacy { get; init; }

        public Action<KestrelServerOptions>? Limits { get; init; }
    }

    private sealed record Played(List<string> Seen, List<string> Log);
}
