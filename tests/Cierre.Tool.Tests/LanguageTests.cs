using System.Text.Json.Nodes;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests;

/// <summary><c>--lang</c> changes name, description, reconnect, detail and explanation, and nothing else.</summary>
public sealed class LanguageTests
{
    private static readonly string[] Spoken = ["name", "description", "reconnect", "detail", "explanation"];

    [Fact]
    public async Task Codes_in_Spanish()
    {
        ToolResult result = await ToolProcess.RunAsync("codes", "--lang", "es");
        Assert.Equal(0, result.ExitCode);
        Golden.Check("codes.es.txt", result.Output);
    }

    [Fact]
    public async Task Codes_in_JSON_differ_in_what_is_said_alone()
    {
        JsonArray english = (await ToolProcess.RunAsync("codes", "--json", "--lang", "en")).Lines[0].AsArray();
        JsonArray spanish = (await ToolProcess.RunAsync("codes", "--json", "--lang", "es")).Lines[0].AsArray();
        Assert.Equal(english.Select(Unspoken), spanish.Select(Unspoken));
        Assert.All(english.Zip(spanish), rows => Assert.NotEqual((string)rows.First!["description"]!, (string)rows.Second!["description"]!));
        JsonNode restart = spanish.Single(row => (int)row!["from"]! == 1012)!;
        Assert.Equal(("Reinicio del servicio", "el servicio se reinicia", "sí, tras una espera aleatoria de 5-30 s"),
            ((string)restart["name"]!, (string)restart["description"]!, (string)restart["reconnect"]!));
    }

    [Theory]
    [InlineData(1006)]
    [InlineData(1013)]
    [InlineData(4242)]
    public async Task Code_is_explained_in_Spanish(int code)
    {
        ToolResult result = await ToolProcess.RunAsync("explain", $"{code}", "--lang", "es");
        Assert.Equal(0, result.ExitCode);
        Golden.Check($"explain.{code}.es.txt", result.Output);
    }

    [Theory]
    [InlineData("es", "LC_ALL=es_ES.UTF-8")]
    [InlineData("es", "LC_ALL=es_MX.UTF-8")]
    [InlineData("es", "LANG=es_AR.UTF-8")]
    [InlineData("es", "LC_MESSAGES=es_ES.UTF-8", "LANG=en_US.UTF-8")]
    [InlineData("en", "LC_ALL=en_US.UTF-8", "LANG=es_ES.UTF-8")]
    [InlineData("en", "LC_ALL=de_DE.UTF-8")]
    [InlineData("en", "LC_ALL=C", "LANG=es_ES.UTF-8")]
    [InlineData("en")]
    public async Task Environment_chooses_where_the_option_does_not(string language, params string[] environment) =>
        Assert.Contains(language == "es" ? "\n1012 Reinicio del servicio: " : "\n1012 Service Restart: ", await RunAsync(environment, "explain", "1012"), StringComparison.Ordinal);

    [Fact]
    public async Task Option_wins_over_the_environment() =>
        Assert.Contains("\n1012 Service Restart: ", await RunAsync(["LC_ALL=es_ES.UTF-8"], "explain", "1012", "--lang", "en"), StringComparison.Ordinal);

    [Fact]
    public async Task Help_and_mistakes_are_English_whatever_the_environment()
    {
        string[] spanish = ["LC_ALL=es_ES.UTF-8"];
        foreach (string[] arguments in (string[][])[["explain", "--help"], ["explain"], ["lab", "--run", "bogus"]])
            Assert.Equal(await RunAsync([], arguments), await RunAsync(spanish, arguments));
    }

    [Fact]
    public async Task Spanish_needs_no_culture_data_of_the_machine() =>
        Assert.Contains("\n1012 Reinicio del servicio: ", await RunAsync(["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1"], "explain", "1012", "--lang", "es"), StringComparison.Ordinal);

    [Fact]
    public async Task Lab_compares_the_same_and_only_says_it_in_Spanish()
    {
        string[] situations = ["1000-client-closes", "1002-unmasked-at-server", "1006-silent-peer-at-client", "refused-403"];
        ToolResult english = await ToolProcess.RunAsync(["lab", "--run", .. situations, "--json"]);
        ToolResult spanish = await ToolProcess.RunAsync(["lab", "--run", .. situations, "--json", "--lang", "es"]);
        Assert.True((english.ExitCode, spanish.ExitCode) == (0, 0), $"{english.Output}\n{spanish.Output}");
        foreach ((JsonNode before, JsonNode after) in english.Lines.Zip(spanish.Lines))
        {
            Assert.True((bool)after["ok"]!);
            foreach (string side in (string[])["client", "server"])
            {
                Assert.Equal(Unspoken(before[side]), Unspoken(after[side]));
                Assert.Equal(Unspoken(before["expected"]![side]), Unspoken(after["expected"]![side]));
                if (after[side] is not { } close) continue;
                Assert.NotEqual((string)before[side]!["detail"]!, (string)close["detail"]!);
                Assert.Contains("Reconectar: ", (string)close["explanation"]!, StringComparison.Ordinal);
                // What is expected is still a part of what came.
                Assert.All(after["expected"]![side]!.AsObject(), field => Assert.True(JsonNode.DeepEquals(field.Value, close[field.Key]), field.Key));
            }
        }
    }

    [Fact]
    public async Task Server_says_it_in_Spanish_and_the_wire_stays_English()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--max-message", "10", "--lang", "es");
        await using (RawPeer peer = await serve.ConnectAsync())
        {
            await peer.SendTextAsync("12345678901");
            Assert.Equal("message of 11 bytes is over the limit of 10", (await peer.ReadFrameAsync()).CloseReason);
        }

        JsonNode close = await serve.NextCloseAsync();
        Assert.Equal("message of 11 bytes is over the limit of 10", (string)close["sent"]!["reason"]!);
        Assert.Equal(("Cierre anormal", "el mensaje de 11 bytes supera el límite de 10"), ((string)close["name"]!, (string)close["detail"]!));
        Assert.StartsWith("1006 Cierre anormal: ", (string)close["explanation"]!, StringComparison.Ordinal);
        Assert.Equal(("close", "local", "message-too-big"), ((string)close["type"]!, (string)close["endedBy"]!, (string)close["cause"]!));
    }

    [Fact]
    public async Task Client_says_it_in_Spanish()
    {
        ToolResult json = await ToolProcess.RunAsync("connect", "ws://127.0.0.1:1", "--json", "--lang", "es");
        Assert.Equal(["error", "close"], json.Types);
        Assert.Equal("127.0.0.1:1 rechazó la conexión o no es accesible", (string)json.Lines[0]["detail"]!);
        Assert.Equal("127.0.0.1:1 rechazó la conexión o no es accesible", (string)json.Close["detail"]!);

        ToolResult text = await ToolProcess.RunAsync("connect", "ws://127.0.0.1:1", "--lang", "es");
        Assert.StartsWith("error 127.0.0.1:1 rechazó la conexión", text.Output, StringComparison.Ordinal);
        Assert.Contains("\n1006 Cierre anormal: la conexión no llegó a abrirse.\n  Motivo: ", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Spanish_comes_with_the_build() => Assert.True(File.Exists(Path.Combine(ToolProcess.Folder, "es", "Cierre.resources.dll")));

    private static async Task<string> RunAsync(string[] environment, params string[] arguments)
    {
        await using ToolProcess tool = ToolProcess.StartIn(environment, arguments);
        ToolResult result = await tool.EndAsync();
        return $"{result.ExitCode}\n{result.Output}\n{result.Errors}";
    }

    /// <summary>What no language may change; times differ from run to run.</summary>
    private static string Unspoken(JsonNode? node)
    {
        JsonNode? copy = node?.DeepClone();
        foreach (string field in (string[])[.. Spoken, "elapsedMs"]) copy?.AsObject().Remove(field);
        return copy?.ToJsonString() ?? "null";
    }
}
