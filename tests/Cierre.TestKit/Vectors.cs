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

/// <summary>One row of vectors/resume.json: a conversation of cierre.resume.v1, message by message.</summary>
/// <param name="Role">Whose part is played by what is tested; null: each side's in turn.</param>
/// <param name="Limit">How much may be unacknowledged; null: the default.</param>
/// <param name="ServerTakes">Whether the server's application takes each message as it comes.</param>
/// <param name="Steps">Each an object with one verb. <c>forged</c>: what is tested does not write that by itself; <c>dropped</c>: the other side does not get it;
/// <c>breaks</c>: the row of the table of violations that it is to the other side.</param>
public sealed record ResumeVector(string Name, string? Role, VectorWindow? Limit, JsonElement[] Steps, bool ServerTakes = true)
{
    public bool IsFor(string role) => Role is null || Role == role;

    public override string ToString() => Name;
}

public sealed record VectorWindow(int Messages, int Bytes);

/// <summary>The files in vectors/: the hostile bytes that engine tests, socket tests, fuzzer and lab share.</summary>
public static class Vectors
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static IReadOnlyList<ViolationVector> Violations { get; } = Load<ViolationVector>("violations.json");

    public static IReadOnlyList<CloseVector> Closes { get; } = Load<CloseVector>("closes.json");

    public static IReadOnlyList<ResumeVector> Resumes { get; } = Load<ResumeVector>("resume.json");

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
