using System.Collections;
using System.Globalization;
using System.Reflection;
using Cierre.Browser;
using Cierre.TestKit;
using Xunit;

namespace Cierre.AspNetCore.Tests.Documents;

/// <summary>docs/defaults.md says what each option is when nobody sets it, and of no option that there is not.</summary>
public sealed class DefaultsTests
{
    private const string Page = "docs/defaults.md";

    private static readonly object[] All =
    [
        new WebSocketConnectionOptions(),
        new WebSocketTraceOptions(),
        new WebSocketClientOptions(),
        new WebSocketReconnectOptions(),
        new BrowserWebSocketOptions(),
        new DeflateOptions(),
        new WebSocketEndpointOptions(),
        new CierreWebSocketOptions(),
        new WebSocketResumeOptions(),
        new WebSocketTopicOptions(),
        new WebSocketGatewayOptions(new WebSocketEndpointOptions()),
        new WebSocketLimitOptions(),
        new WebSocketDrainOptions(),
        new WebSocketSheddingOptions(),
        new WebSocketServerOptions(),
        new WebSocketInspectorOptions(),
    ];

    public static TheoryData<string> Names => [.. All.Select(options => options.GetType().Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Page_lists_every_option_with_its_default(string name) => Assert.Equal(
        Defaults(All.Single(options => options.GetType().Name == name)).Order(StringComparer.Ordinal), Rows(name).Order(StringComparer.Ordinal));

    [Fact]
    public void Page_leaves_no_class_of_options_out()
    {
        IEnumerable<string> classes = new[] { typeof(WebSocketConnectionOptions), typeof(BrowserWebSocketOptions), typeof(WebSocketEndpointOptions) }
            .SelectMany(type => type.Assembly.GetExportedTypes())
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) || type == typeof(WebSocketLimitOptions))
            // What a call is told, not what a connection or a server is set to.
            .Where(type => !type.IsEnum && type != typeof(AddEventListenerOptions) && type != typeof(WebSocketStreamOptions))
            // Its members and their defaults are the framework's.
            .Where(type => type != typeof(CierreClientWebSocketOptions))
            .Select(type => type.Name);
        Assert.Equal(classes.Order(StringComparer.Ordinal), All.Select(options => options.GetType().Name).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Defaults(object options) => options.GetType()
        .GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(property => property.Name != nameof(WebSocketGatewayOptions.Endpoint))
        .Select(property => $"| `{property.Name}` | `{Shown(property.GetValue(options))}` |");

    private static IEnumerable<string> Rows(string heading) => File.ReadAllText(Path.Combine(Golden.Root, Page))
        .Split($"\n## {heading}\n")[1]
        .Split("\n## ")[0]
        .Split('\n')
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => string.Join("|", line.Split('|').Take(3)) + "|");

    private static string Shown(object? value) => value switch
    {
        null => "null",
        bool yes => yes ? "true" : "false",
        TimeSpan time when time == Timeout.InfiniteTimeSpan => "infinite",
        TimeSpan { TotalSeconds: >= 60 } time => $"{time.TotalMinutes.ToString(CultureInfo.InvariantCulture)} min",
        TimeSpan time => $"{time.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s",
        int or long or ushort => string.Create(CultureInfo.InvariantCulture, $"{value:N0}"),
        double number => number.ToString(CultureInfo.InvariantCulture),
        Enum or Version => value.ToString()!,
        Delegate => "a function",
        ICollection { Count: 0 } => "empty",
        _ when ReferenceEquals(value, TimeProvider.System) => "TimeProvider.System",
        CloseCodes codes when codes.All.SequenceEqual(CloseCodes.Default.All) => "CloseCodes.Default",
        _ when ReferenceEquals(value, Random.Shared) => "Random.Shared",
        _ => throw new InvalidOperationException($"How is {value} written?"),
    };
}
