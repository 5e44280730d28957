using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cierre.TestKit;
using Cierre.Tool.Lab.Runs;
using Cierre.Tool.Lab.Situations;
using Xunit;

namespace Cierre.Tool.Tests.Lab.Page;

/// <summary>The page's server and its files, without a browser.</summary>
public sealed partial class SiteTests
{
    private static readonly string Site = Path.Combine(RepoRoot.Directory, "src", "Cierre.Tool", "Lab", "Page", "Site");

    [Fact]
    public async Task Page_and_control_connection_are_for_who_has_the_token_on_this_machine()
    {
        await using ServeProcess lab = await ServeProcess.StartCommandAsync("lab");
        string token = lab.Url.Query;
        Assert.Matches("^\\?token=[0-9a-f]{32}$", token);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/" + token));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/lab.css"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("/"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("/" + token[..^1]));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("/" + token, host: "lab.example"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("/lab.css", host: "lab.example"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("/" + token, origin: "http://lab.example"));
        Assert.Equal("1000", await ControlAsync(token));
        Assert.Equal("403", await ControlAsync(""));
        Assert.Equal("403", await ControlAsync(token, "http://lab.example"));

        async Task<HttpStatusCode> StatusAsync(string path, string? host = null, string? origin = null)
        {
            using var http = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(lab.Url, path));
            request.Headers.Host = host;
            if (origin is not null) request.Headers.Add("Origin", origin);
            using HttpResponseMessage response = await http.SendAsync(request);
            if (!response.IsSuccessStatusCode) return response.StatusCode;
            string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            return response.StatusCode;
        }

        async Task<string> ControlAsync(string query, string? origin = null)
        {
            var options = new WebSocketClientOptions();
            if (origin is not null) options.Headers.Add(new("Origin", origin));
            try
            {
                WebSocketConnection control = await WebSocketConnection.ConnectAsync(new UriBuilder(lab.Url) { Scheme = "ws", Path = "/control", Query = query }.Uri, options);
                WebSocketMessage? hello = await control.ReceiveAsync();
                Assert.Equal("hello", (string)JsonNode.Parse(hello!.Value.GetText())!["type"]!);
                return $"{(await control.CloseAsync()).Code}";
            }
            catch (WebSocketConnectException e)
            {
                return $"{(int)e.Record.HttpStatus!}";
            }
        }
    }

    [Theory]
    [InlineData("127.0.0.2", "127.0.0.2", true)]
    [InlineData("[::1]", "[::1]", true)]
    [InlineData("127.0.0.1", "localhost", true)]
    [InlineData("127.0.0.1", "127.255.255.254", true)]
    [InlineData("127.0.0.1", "127.1", false)]
    [InlineData("127.0.0.1", "0177.0.0.1", false)]
    [InlineData("127.0.0.1", "2130706433", false)]
    [InlineData("127.0.0.1", "[0:0:0:0:0:0:0:1]", false)]
    [InlineData("127.0.0.1", "127.0.0.1.example", false)]
    [InlineData("127.0.0.1", "192.0.2.1", false)]
    [InlineData("127.0.0.1", "localhost.example", false)]
    public async Task Any_loopback_address_as_browsers_write_it_is_this_machine(string listen, string host, bool welcome)
    {
        await using ServeProcess lab = await ServeProcess.StartCommandAtAsync("lab", $"http://{listen}:0");
        await using RawPeers.RawPeer peer = await RawPeers.RawPeer.ConnectAsync(lab.Url.DnsSafeHost, lab.Url.Port);
        await peer.SendAsync($"GET /{lab.Url.Query} HTTP/1.1\r\nHost: {host}:{lab.Url.Port}\r\n\r\n");
        Assert.StartsWith(welcome ? "HTTP/1.1 200 " : "HTTP/1.1 403 ", await peer.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sigterm_ends_it_in_order_and_its_page_hears_1001()
    {
        await using ServeProcess lab = await ServeProcess.StartCommandAsync("lab");
        WebSocketConnection control = await WebSocketConnection.ConnectAsync(new UriBuilder(lab.Url) { Scheme = "ws", Path = "/control" }.Uri);
        await control.ReceiveAsync();
        lab.Process.Terminate();
        while (await control.ReceiveAsync() is not null)
        {
        }

        Assert.Equal(1001, (await control.Closed).Code);
        Assert.Equal((0, ""), (await lab.Process.EndAsync()) is var end ? (end.ExitCode, end.Errors) : default);
    }

    [Fact]
    public void Every_sentence_is_there_in_both_languages()
    {
        JsonObject english = Texts("en"), spanish = Texts("es");
        string[] situations = [.. All.Situations.Select(situation => $"situation {situation.Name}")];
        Assert.Equal(english.Select(text => text.Key).Concat(situations).Order(), spanish.Select(text => text.Key).Order());
        Assert.DoesNotContain(spanish, text => string.IsNullOrWhiteSpace((string?)text.Value));
        foreach ((string key, JsonNode? text) in english) Assert.Equal((key, Holes(text)), (key, Holes(spanish[key])));
    }

    [Fact]
    public void Every_sentence_that_is_asked_for_is_there_and_no_other()
    {
        HashSet<string> keys = [.. Texts("en").Select(text => text.Key)];
        string[] plain = [.. Directory.GetFiles(Site, "*.html").Concat(Directory.GetFiles(Site, "*.js")).SelectMany(file => Plain().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value)];
        string source = string.Concat(Directory.GetFiles(Path.Combine(RepoRoot.Directory, "src", "Cierre.Tool", "Lab"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText))
            + string.Concat(Directory.GetFiles(Site, "*.js").Select(File.ReadAllText));
        Assert.DoesNotContain(plain, key => !keys.Contains(key));
        // cannot-, instead-, why- and others are put together from a key of the code; each of them is written there.
        Assert.DoesNotContain(keys.Except(plain), key => !IsWritten(key));
        foreach (PageRole role in All.Situations.Where(situation => situation.Client is not null).Select(situation => situation.InPage))
        {
            foreach (BrowserKind kind in Enum.GetValues<BrowserKind>())
            {
                if (role.CannotIn(kind) is { } why) Assert.Contains($"cannot-{why}", keys);
                else if (role.InsteadIn(kind) is { } instead) Assert.Contains($"instead-{instead}", keys);
            }
        }

        bool IsWritten(string key) => Written(key) || Written(key[(key.IndexOf('-', StringComparison.Ordinal) + 1)..]) || key.StartsWith("by-", StringComparison.Ordinal) || key.StartsWith("state-", StringComparison.Ordinal);

        bool Written(string key) => source.Contains($"\"{key}\"", StringComparison.Ordinal);
    }

    [Fact]
    public void No_file_has_an_inline_script_or_style()
    {
        foreach (string file in Directory.GetFiles(Site, "*.html"))
        {
            string html = File.ReadAllText(file);
            Assert.DoesNotMatch(@"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", html);
        }

        foreach (string file in Directory.GetFiles(Site, "*.js")) Assert.DoesNotMatch(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", File.ReadAllText(file));
    }

    private static JsonObject Texts(string language) => JsonNode.Parse(File.ReadAllText(Path.Combine(Site, $"texts.{language}.json")))!.AsObject();

    private static string Holes(JsonNode? text) => string.Concat(Hole().Matches((string)text!).Select(match => match.Value).Order());

    [GeneratedRegex(@"(?:data-(?:text|label|placeholder)=|\bt\()""([^""]+)""")]
    private static partial Regex Plain();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Hole();
}
