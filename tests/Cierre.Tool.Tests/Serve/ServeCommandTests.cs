using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Serve;

public sealed class ServeCommandTests
{
    [Theory]
    [InlineData("sockets")]
    [InlineData("loops")]
    public async Task More_clients_than_there_are_descriptors_for_wait_until_others_leave(string transport)
    {
        // The runtime alone has near 180, and the last 64 are not for connections.
        await using ServeProcess server = await ServeProcess.StartWithDescriptorsAsync(300, "--transport", transport);
        var open = new Queue<RawPeer>();
        int opened = 0;
        await foreach (Task<RawPeer> next in Task.WhenEach(Enumerable.Range(0, 150).Select(_ => server.ConnectAsync())))
        {
            open.Enqueue(await next);
            opened++;
            if (open.Count > 20) await open.Dequeue().DisposeAsync();
        }

        Assert.Equal(150, opened);
        while (open.TryDequeue(out RawPeer? last)) await last.DisposeAsync();
    }

    [Fact]
    public async Task Terminated_server_closes_a_thousand_connections_with_1001_and_is_gone()
    {
        const int Count = 1000;
        await using ServeProcess serve = await ServeProcess.StartAsync();
        var peers = new List<RawPeer>();
        foreach (int[] batch in Enumerable.Range(0, Count).Chunk(100))
            peers.AddRange(await Task.WhenAll(batch.Select(_ => serve.ConnectAsync())));

        Task<RawFrame[]> ends = Task.WhenAll(peers.Select(AnswerCloseAsync));
        long begun = Stopwatch.GetTimestamp();
        serve.Process.Terminate();
        ToolResult result = await serve.Process.EndAsync();
        TimeSpan took = Stopwatch.GetElapsedTime(begun);

        Assert.All(await ends, frame => Assert.Equal((8, 1001), (frame.Opcode, frame.CloseCode)));
        // Whatever it waited for would take the host's 30 s.
        Assert.True(took < TimeSpan.FromSeconds(15), $"gone after {took}");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(Count, result.Lines.Count);
        Assert.All(result.Lines, line => Assert.Equal((1001, true, "host-stopping"), ((int)line["code"]!, (bool)line["wasClean"]!, (string)line["cause"]!)));
        foreach (RawPeer peer in peers) await peer.DisposeAsync();
    }

    [Fact]
    public async Task Rolling_restart_of_five_thousand_connections_loses_no_echo_and_says_1012()
    {
        const int Count = 5000;
        await using ServeProcess serve = await ServeProcess.StartAsync("--drain-code", "1012", "--drain-spread", "2");
        var peers = new List<RawPeer>();
        foreach (int[] batch in Enumerable.Range(0, Count).Chunk(100))
            peers.AddRange(await Task.WhenAll(batch.Select(_ => serve.ConnectAsync())));

        // Sent before the drain, and not waited for: some are echoed before it, some while it is under way.
        for (int i = 0; i < 3; i++) foreach (RawPeer peer in peers) await peer.SendTextAsync("hello");
        Task<(int Echoes, RawFrame Close)[]> ends = Task.WhenAll(peers.Select(ReadToCloseAsync));
        long begun = Stopwatch.GetTimestamp();
        serve.Process.Terminate();
        ToolResult result = await serve.Process.EndAsync();
        TimeSpan took = Stopwatch.GetElapsedTime(begun);

        Assert.All(await ends, end => Assert.Equal((3, 1012, "the service restarts"), (end.Echoes, end.Close.CloseCode, end.Close.CloseReason)));
        Assert.True(took > TimeSpan.FromSeconds(1.5) && took < TimeSpan.FromSeconds(15), $"gone after {took}");
        Assert.Equal((0, Count), (result.ExitCode, result.Lines.Count));
        Assert.All(result.Lines, line => Assert.Equal((1012, true, "host-stopping"), ((int)line["code"]!, (bool)line["wasClean"]!, (string)line["cause"]!)));
        foreach (RawPeer peer in peers) await peer.DisposeAsync();
    }

    [Fact]
    public async Task Violation_and_limits_have_their_lines()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--max-message", "10", "--accept", "text");
        await using RawPeer binary = await serve.ConnectAsync();
        await binary.SendFrameAsync(2, "x"u8.ToArray());
        Assert.Equal(1003, (await AnswerCloseAsync(binary)).CloseCode);
        Assert.Equal((1003, "unsupported-data"), Facts(await serve.NextCloseAsync()));

        await using RawPeer large = await serve.ConnectAsync();
        await large.SendTextAsync("12345678901");
        Assert.Equal(1009, (await large.ReadFrameAsync()).CloseCode);
        await large.DisposeAsync();
        Assert.Equal((1006, "message-too-big"), Facts(await serve.NextCloseAsync()));

        await using ServeProcess strict = await ServeProcess.StartAsync("--max-fragments", "2");
        await using RawPeer split = await strict.ConnectAsync();
        await split.SendFrameAsync(1, "a"u8.ToArray(), fin: false);
        for (int i = 0; i < 2; i++) await split.SendFrameAsync(0, "b"u8.ToArray(), fin: false);
        Assert.Equal(1008, (await AnswerCloseAsync(split)).CloseCode);
        Assert.Equal((1008, "policy-violation"), Facts(await strict.NextCloseAsync()));

        await using RawPeer unmasked = await serve.ConnectAsync();
        await unmasked.SendFrameAsync(1, "x"u8.ToArray(), mask: false);
        Assert.Equal(1002, (await unmasked.ReadFrameAsync()).CloseCode);
        await unmasked.DisposeAsync();
        JsonNode close = await serve.NextCloseAsync();
        Assert.Equal((1006, "protocol-violation"), Facts(close));
        Assert.Equal(1002, (int)close["sent"]!["code"]!);
    }

    [Theory]
    [InlineData("refuse")]
    [InlineData("close")]
    public async Task Server_at_capacity_refuses_or_accepts_and_closes(string how)
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--max-connections", "1", "--at-capacity", how);
        await using RawPeer first = await serve.ConnectAsync();
        await using RawPeer second = await RawPeer.ConnectAsync(serve.Url.Host, serve.Url.Port);
        string head = await second.UpgradeAsync();
        if (how == "refuse")
        {
            Assert.StartsWith("HTTP/1.1 503 ", head, StringComparison.Ordinal);
            Assert.Contains("\r\nRetry-After: 5\r\n", head, StringComparison.Ordinal);
            return;
        }

        RawFrame close = await AnswerCloseAsync(second);
        Assert.Equal((1013, "the server is at its limit of 1 connection"), (close.CloseCode, close.CloseReason));
        Assert.Equal((1013, "load-shed"), Facts(await serve.NextCloseAsync()));
    }

    [Fact]
    public async Task Message_faster_than_the_rate_closes_with_1008()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--rate", "2");
        await using RawPeer peer = await serve.ConnectAsync();
        byte[] message = RawPeer.Frame(1, "again"u8, fin: true, rsv: 0, mask: true);
        await peer.SendAsync((byte[])[.. Enumerable.Repeat(message, 20).SelectMany(bytes => bytes)]);
        (int echoes, RawFrame close) = await ReadToCloseAsync(peer);
        Assert.InRange(echoes, 0, 2);
        Assert.Equal((1008, "messages come faster than 2 per second"), (close.CloseCode, close.CloseReason));
        Assert.Equal((1008, "policy-violation"), Facts(await serve.NextCloseAsync()));
    }

    [Theory]
    [InlineData("1005")]
    [InlineData("1010")]
    [InlineData("99999")]
    [InlineData("x")]
    public async Task Code_that_a_server_may_not_send_is_refused_in_http(string code)
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await using RawPeer peer = await RawPeer.ConnectAsync(serve.Url.Host, serve.Url.Port);
        Assert.StartsWith("HTTP/1.1 400 ", await peer.UpgradeAsync($"/close?code={code}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_from_anywhere_may_connect()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await using RawPeer peer = await RawPeer.ConnectAsync(serve.Url.Host, serve.Url.Port);
        Assert.StartsWith("HTTP/1.1 101 ", await peer.UpgradeAsync("/", "Origin: https://elsewhere.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_comes_from_files()
    {
        using X509Certificate2 certificate = Certificates.ForLocalhost();
        string folder = Directory.CreateTempSubdirectory("cierre").FullName;
        string cert = Path.Combine(folder, "cert.pem"), key = Path.Combine(folder, "key.pem");
        await File.WriteAllTextAsync(cert, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(key, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using ServeProcess serve = await ServeProcess.StartAtAsync("https://localhost:0", "--cert", cert, "--key", key);
        Directory.Delete(folder, recursive: true);

        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, serve.Url.Port);
        await using var tls = new System.Net.Security.SslStream(client.GetStream(), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("localhost").WaitAsync(ToolProcess.Bound);
        Assert.Equal(certificate.GetCertHashString(), tls.RemoteCertificate!.GetCertHashString());
    }

    [Fact]
    public async Task Port_in_use_exits_1()
    {
        await using ServeProcess first = await ServeProcess.StartAsync();
        ToolResult result = await ToolProcess.RunAsync("serve", "--url", $"{first.Url}", "--json");
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains($"{first.Url.Port}", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task People_get_one_line_a_close()
    {
        await using ToolProcess serve = ToolProcess.Start("serve", "--url", "http://127.0.0.1:0");
        string listening = await serve.ReadLineAsync();
        Assert.StartsWith("listening on http://127.0.0.1:", listening, StringComparison.Ordinal);
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", new Uri(listening.Split(' ')[^1]).Port);
        await peer.UpgradeAsync();
        await peer.SendCloseAsync(4000, "\e[1m");
        await peer.ReadFrameAsync();
        await peer.DisposeAsync();
        Assert.Matches(@"^4000 ""\\u\{001B\}\[1m"", clean, ended by remote: peer-closed \(.+\), after 0\.\d{3} s$", await serve.ReadLineAsync());
    }

    private static (int Code, string Cause) Facts(JsonNode close) => ((int)close["code"]!, (string)close["cause"]!);

    private static async Task<(int Echoes, RawFrame Close)> ReadToCloseAsync(RawPeer peer)
    {
        for (int echoes = 0; ; echoes++)
        {
            RawFrame frame = await peer.ReadFrameAsync();
            if (frame.Opcode != 8) continue;
            await peer.SendCloseAsync(frame.CloseCode ?? 1000);
            await peer.DisposeAsync();
            return (echoes, frame);
        }
    }

    private static async Task<RawFrame> AnswerCloseAsync(RawPeer peer)
    {
        RawFrame frame = await peer.ReadFrameAsync();
        await peer.SendCloseAsync(frame.CloseCode ?? 1000);
        await peer.DisposeAsync();
        return frame;
    }
}
