namespace Cierre.SystemNet.Tests.Subjects;

/// <summary>Every implementation that the contract is held against.</summary>
public static class SubjectList
{
    /// <summary>The framework's own: what each case expects was seen from them.</summary>
    public static IReadOnlyList<Subject> Control { get; } =
    [
        new StreamSubject(isServer: true, overTcp: false),
        new StreamSubject(isServer: false, overTcp: false),
        new StreamSubject(isServer: true, overTcp: true),
        new StreamSubject(isServer: false, overTcp: true),
        new ClientWebSocketSubject(tls: false),
        new ClientWebSocketSubject(tls: true),
        new KestrelSubject(Carrier.Http1),
        new KestrelSubject(Carrier.Tls),
        new KestrelSubject(Carrier.Http2),
        new KestrelSubject(Carrier.Http1, loops: true),
    ];

    /// <summary>The control and ours.</summary>
    public static IReadOnlyList<Subject> All { get; } = [.. Control, .. AdapterSubjects.All];
}
