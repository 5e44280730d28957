using System.Text.Json.Nodes;
using Cierre.Tool.Lab.Situations;
using Xunit;

namespace Cierre.Tool.Tests.Lab.Page;

/// <summary>The lab's page in a browser, with every situation played: each by a click on its button.</summary>
public abstract class PlayedPage : IAsyncLifetime
{
    private ServeProcess? _lab;
    private IPageDriver? _driver;

    /// <summary>Skips the test where there is no browser.</summary>
    internal IPageDriver Driver
    {
        get
        {
            Assert.SkipWhen(_driver is null, $"{Skip} is set: that browser is not here.");
            return _driver!;
        }
    }

    /// <summary>The variable that test.sh sets where the browser cannot be had.</summary>
    private protected abstract string Skip { get; }

    /// <summary>What the page says of each situation, diagrams left out.</summary>
    internal IReadOnlyDictionary<string, JsonNode> Results { get; private set; } = new Dictionary<string, JsonNode>();

    public async ValueTask InitializeAsync()
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Skip))) return;
        _lab = await ServeProcess.StartCommandAsync("lab");
        _driver = await StartAsync();
        await _driver.GoAsync(_lab.Url);
        await _driver.WaitAsync("document.querySelectorAll('#list li').length > 0");
        foreach (string name in All.Situations.Select(situation => situation.Name)) await RunAsync(_driver, name);
        await _driver.WaitAsync("!document.querySelector('#run-all').disabled");
        Results = JsonNode.Parse(await _driver.EvaluateAsync("document.querySelector('#results').textContent"))!.AsArray().ToDictionary(result => (string)result!["name"]!, result => result!);
    }

    public async ValueTask DisposeAsync()
    {
        if (_driver is not null) await _driver.DisposeAsync();
        if (_lab is not null) await _lab.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Chooses a situation, and returns what stands in a column: the fields, or "absent".</summary>
    internal async Task<Dictionary<string, string>> ColumnAsync(string name, string side)
    {
        await Driver.EvaluateAsync($"(document.querySelector(\"li[data-name='{name}'] .pick\").click(), '')");
        return await ColumnOfAsync("#detail", side);
    }

    internal async Task<Dictionary<string, string>> ColumnOfAsync(string detail, string side)
    {
        string json = await Driver.EvaluateAsync($$"""
            (() => {
              const column = document.querySelector("{{detail}} [data-side={{side}}]");
              const fields = Object.fromEntries([...column.querySelectorAll("[data-field]")].map(row => [row.dataset.field, row.querySelector("dd").textContent]));
              if (column.querySelector("[data-field=code] b")) fields.code = column.querySelector("[data-field=code] b").textContent;
              if (column.querySelector(".absent")) fields.absent = column.querySelector(".absent").textContent;
              return JSON.stringify(fields);
            })()
            """);
        return JsonNode.Parse(json)!.AsObject().ToDictionary(field => field.Key, field => (string)field.Value!);
    }

    private protected abstract Task<IPageDriver> StartAsync();

    private static async Task RunAsync(IPageDriver driver, string name)
    {
        // The list moves while results come in, and with it the button between the press and the release: then it was no click, and one clicks again.
        for (int tries = 0; tries < 10; tries++)
        {
            await driver.ClickAsync($"li[data-name='{name}'] .run");
            if (await driver.EvaluateAsync($"document.querySelector(\"li[data-name='{name}']\").dataset.state") != "waiting") return;
        }

        Assert.Fail($"{name} cannot be clicked.");
    }
}
