using System.Text.Json.Serialization;
using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Page;

/// <summary>What the page asks, as it comes over the control connection: of each kind only the members that it needs are there.</summary>
internal sealed record PageRequest(string Do)
{
    /// <summary>Repeated in the answer.</summary>
    public int? Id { get; init; }

    /// <summary>run: what to play.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>event: what a socket's listeners received.</summary>
    public PageReport? Report { get; init; }

    /// <summary>browser: chromium for Chromium and what is made of it, firefox; null for another.</summary>
    public string? Kind { get; init; }

    /// <summary>language: en or es.</summary>
    public string? Language { get; init; }

    /// <summary>check, close: the code.</summary>
    public int? Code { get; init; }

    /// <summary>check, close: the reason.</summary>
    public string? Reason { get; init; }

    /// <summary>close: whether the server closes, and not the clients.</summary>
    public bool? ByServer { get; init; }

    /// <summary>connect: where to.</summary>
    public string? Url { get; init; }

    /// <summary>connect: what to say there.</summary>
    public string? Text { get; init; }
}

[JsonSerializable(typeof(PageRequest))]
[JsonSerializable(typeof(PageCommand))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class PageJsonContext : JsonSerializerContext;
