using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Cierre.Closing;
using Cierre.Deflate;
using Cierre.Protocol;

namespace Cierre.TestKit;

/// <summary>One row of vectors/violations.json: bytes of a peer and what they must cost.</summary>
public sealed record ViolationVector(
    string Name, string Section, string Reader, string Hex, int KnownAt, int Code, string Violation, JsonElement[] Arguments, bool Fails, VectorLimits? Limits, bool Deflate = false)
{
    public byte[] Bytes => Convert.FromHexString(Hex);

    public Side Side => Enum.Parse<Side>(Reader, ignoreCase: true);

    internal Violation Expected => Vectors.Row(Violation, Arguments);

    internal ProtocolLimits ProtocolLimits => Limits?.ToLimits() ?? ProtocolLimits.Default;

    /// <summary>Compression as agreed: without context takeover.</summary>
    internal DeflateTerms? Terms => Deflate ? DeflateKit.Terms() : null;

    public override string ToString() => $"{Name} ({Reader} reads)";
}

public sealed record VectorLimits(long? MaxMessageSize, int? MaxFragments, string? AcceptedKind)
{
    internal ProtocolLimits ToLimits() => new()
    {
        MaxMessageSize = MaxMessageSize ?? ProtocolLimits.Default.MaxMessageSize,
        MaxFragments = MaxFragments ?? ProtocolLimits.Default.MaxFragments,
        AcceptedKind = AcceptedKind is null ? null : Enum.Parse<WebSocketOpcode>(AcceptedKind, ignoreCase: true),
    };
}

/// <summary>One row of vectors/closes.json: a close body and what it must give.</summary>
public sealed record CloseVector(string Name, string Section, string Body, int Code, string? Reason, string? Answer, string? Violation, JsonElement[]? Arguments)
{
    public byte[] Bytes => Convert.FromHexString(Body);

    internal Violation? Expected => Violation is null ? null : Vectors.Row(Violation, Arguments ?? []);

    public override string ToString() => Name;
}

/// <summary>The files in vectors/: the hostile bytes that engine tests, socket tests, fuzzer and lab share.</summary>
public static class Vectors
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static IReadOnlyList<ViolationVector> Violations { get; } = Load<ViolationVector>("violations.json");

    public static IReadOnlyList<CloseVector> Closes { get; } = Load<CloseVector>("closes.json");

    /// <summary>The row of the table of violations, by its name.</summary>
    internal static Violation Row(string name, JsonElement[] arguments)
    {
        MethodInfo row = typeof(Violations).GetMethod(name) ?? throw new TestFailureException($"Violations has no row '{name}'");
        object[] values = row.GetParameters().Zip(arguments, (p, a) => a.ValueKind == JsonValueKind.String
            ? a.GetString()!
            : Convert.ChangeType(a.GetUInt64(), p.ParameterType, CultureInfo.InvariantCulture)).ToArray();
        return (Violation)row.Invoke(null, values)!;
    }

    private static T[] Load<T>(string file) =>
        JsonSerializer.Deserialize<T[]>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", file)), Options)!;
}
