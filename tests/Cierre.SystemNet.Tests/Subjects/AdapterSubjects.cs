namespace Cierre.SystemNet.Tests.Subjects;

/// <summary>Our implementations of <see cref="WebSocket"/>: each is one line here.</summary>
internal static class AdapterSubjects
{
    public static IReadOnlyList<Subject> All { get; } = [];
}
