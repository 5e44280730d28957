namespace Cierre.Interop.Tests.SideBySide;

/// <summary>Every way in which a connection ends, or never begins.</summary>
internal static class Situations
{
    public static readonly IReadOnlyDictionary<string, Situation> All =
        ServerSituations.All().Concat(LostSituations.All()).Concat(ViolationSituations.All()).Concat(ArgumentSituations.All).Concat(ClientSituations.All).Concat(OpeningSituations.All())
            .ToDictionary(situation => situation.Name);
}
