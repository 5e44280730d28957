using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cierre.Tool.Tests.Lab.Page;

/// <summary>Debian's Firefox, over WebDriver BiDi.</summary>
internal sealed class FirefoxDriver : IPageDriver
{
    private const string Executable = "firefox-esr";

    // How it says where it listens.
    private const string Listening = "WebDriver BiDi listening on ";

    // It calls nobody: no updates, no experiments, no lists.
    private const string Preferences = """
        user_pref("app.normandy.enabled", false);
        user_pref("app.update.disabledForTesting", true);
        user_pref("browser.region.update.enabled", false);
        user_pref("browser.safebrowsing.update.enabled", false);
        user_pref("browser.shell.checkDefaultBrowser", false);
        user_pref("browser.startup.homepage_override.mstone", "ignore");
        user_pref("datareporting.policy.dataSubmissionEnabled", false);
        user_pref("datareporting.usage.uploadEnabled", false);
        user_pref("extensions.update.enabled", false);
        user_pref("network.captive-portal-service.enabled", false);
        user_pref("network.connectivity-service.enabled", false);
        user_pref("services.settings.server", "data:,");
        user_pref("toolkit.telemetry.server", "data:,");
        user_pref("ui.prefersReducedMotion", 1);
        """;

    private static readonly string[] OfSockets = ["establish a connection to the server at ws", "The connection to ws"];

    private readonly DirectoryInfo _profile;
    private readonly Process _process;
    private readonly List<string> _complaints = [];
    private BidiSession? _session;
    private string _context = "";

    private FirefoxDriver(DirectoryInfo profile)
    {
        _profile = profile;
        File.WriteAllText(Path.Combine(profile.FullName, "user.js"), Preferences);
        _process = Process.Start(new ProcessStartInfo(Executable, ["--headless", "--no-remote", "--profile", profile.FullName, "--remote-debugging-port", "0", "about:blank"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
    }

    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_complaints) return [.. _complaints];
        }
    }

    public static async Task<FirefoxDriver> StartAsync()
    {
        var driver = new FirefoxDriver(Directory.CreateTempSubdirectory("firefox"));
        try
        {
            await driver.OpenAsync().WaitAsync(ToolProcess.Bound);
            return driver;
        }
        catch
        {
            await driver.DisposeAsync();
            throw;
        }
    }

    public Task GoAsync(Uri url) => AskAsync("browsingContext.navigate", new() { ["url"] = url.ToString(), ["wait"] = "complete" });

    public async Task<string> EvaluateAsync(string expression)
    {
        JsonNode said = await AskAsync("script.evaluate", new() { ["expression"] = expression, ["awaitPromise"] = true });
        if ((string?)said["type"] != "success") throw new InvalidOperationException($"{said["exceptionDetails"]?["text"]} in {expression}");
        return (string)said["result"]!["value"]!;
    }

    public Task WaitAsync(string expression) => EvaluateAsync($"new Promise(resolve => {{ const look = () => ({expression}) ? resolve('') : setTimeout(look, 20); look(); }})");

    public async Task ClickAsync(string selector)
    {
        await EvaluateAsync($$"""
            (() => {
              const element = document.querySelector({{JsonSerializer.Serialize(selector)}});
              element.scrollIntoView({ block: "center" });
              const { x, y, width, height } = element.getBoundingClientRect();
              if (!element.contains(document.elementFromPoint(x + width / 2, y + height / 2))) throw new Error(element.outerHTML + " is not to be seen");
              return "";
            })()
            """);
        JsonNode found = await AskAsync("browsingContext.locateNodes", new() { ["locator"] = new JsonObject { ["type"] = "css", ["value"] = selector } });
        // Of the element, wherever the page has moved it by then.
        var origin = new JsonObject { ["type"] = "element", ["element"] = new JsonObject { ["sharedId"] = (string)found["nodes"]![0]!["sharedId"]! } };
        JsonArray actions =
        [
            new JsonObject { ["type"] = "pointerMove", ["x"] = 0, ["y"] = 0, ["origin"] = origin },
            new JsonObject { ["type"] = "pointerDown", ["button"] = 0 },
            new JsonObject { ["type"] = "pointerUp", ["button"] = 0 },
        ];
        await AskAsync("input.performActions", new() { ["actions"] = new JsonArray(new JsonObject { ["type"] = "pointer", ["id"] = "mouse", ["actions"] = actions }) });
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is not null) await _session.DisposeAsync();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _profile.Delete(recursive: true);
    }

    private async Task OpenAsync()
    {
        string? line;
        do
        {
            line = await _process.StandardError.ReadLineAsync() ?? throw new InvalidOperationException($"{Executable} ended before it listened.");
        }
        while (!line.StartsWith(Listening, StringComparison.Ordinal));

        // What it says from now on nobody needs, but a full pipe would stop it.
        _ = _process.StandardError.ReadToEndAsync();
        _ = _process.StandardOutput.ReadToEndAsync();
        _session = await BidiSession.ConnectAsync(new Uri(line[Listening.Length..] + "/session"), OnEvent);
        await _session.AskAsync("session.subscribe", new() { ["events"] = new JsonArray("log.entryAdded") });
        JsonNode tree = await _session.AskAsync("browsingContext.getTree", []);
        _context = (string)tree["contexts"]![0]!["context"]!;
        await AskAsync("browsingContext.setViewport", new() { ["viewport"] = new JsonObject { ["width"] = 1280, ["height"] = 900 } });
    }

    private Task<JsonNode> AskAsync(string method, JsonObject parameters)
    {
        if (method == "script.evaluate") parameters["target"] = new JsonObject { ["context"] = _context };
        else parameters["context"] = _context;
        return _session!.AskAsync(method, parameters);
    }

    private void OnEvent(string method, JsonNode parameters)
    {
        if (method != "log.entryAdded" || (string?)parameters["level"] is not ("error" or "warn")) return;
        string text = (string?)parameters["text"] ?? parameters.ToJsonString();
        // A browser notes every socket that fails, as many of the lab's must; a page cannot keep it from that.
        if (OfSockets.Any(words => text.Contains(words, StringComparison.Ordinal))) return;
        lock (_complaints) _complaints.Add(text);
    }
}
