namespace Cierre.Interop.Tests;

/// <summary>A peer that nobody here wrote, and what its public API can do. docs/interop.md is printed from this, and each test holds it against the peer.</summary>
/// <param name="Skip">The environment variable that skips its tests, set by test.sh where the peer cannot be had.</param>
/// <param name="AsServer">Whether it can be the server of our client; like the rest, the sentence begins with "no" where it cannot.</param>
/// <param name="Fragments">Whether it can send a message in fragments.</param>
/// <param name="Ping">Whether it can send a ping and learn of the pong.</param>
/// <param name="SeesPings">Whether it tells its application of our pings, which every peer answers.</param>
/// <param name="EmptyClose">Whether it can begin a close with an empty body.</param>
/// <param name="Terminate">Whether it can drop TCP; where not, a process is killed.</param>
/// <param name="WasClean">Whether it tells its application that the close was clean.</param>
/// <param name="RepeatsReason">Whether its answer to our close repeats the reason.</param>
/// <param name="SetsDeflate">Whether takeover and windows of its compression can be set.</param>
public sealed record PeerKind(
    string Name, string Skip, string AsServer, string Fragments, string Ping, string SeesPings, string EmptyClose, string Terminate, string WasClean, string RepeatsReason, string SetsDeflate)
{
    private const string NoMember = "no: `WebSocket` has no member for it";

    public static readonly PeerKind Ws = new(
        "npm `ws`",
        "CIERRE_SKIP_NODE",
        AsServer: "yes",
        Fragments: "yes: `send` with `fin: false`",
        Ping: "yes: `ping()`, event `pong`",
        SeesPings: "yes: event `ping`",
        EmptyClose: "yes: `close()`",
        Terminate: "yes: `terminate()`",
        WasClean: "yes",
        RepeatsReason: "yes",
        SetsDeflate: "yes: `perMessageDeflate`");

    public static readonly PeerKind Undici = new(
        "npm `undici`",
        "CIERRE_SKIP_NODE",
        AsServer: "no: a client only",
        Fragments: "no: `send()` takes a whole message",
        Ping: NoMember,
        SeesPings: NoMember,
        EmptyClose: "yes: `close()`",
        Terminate: NoMember + "; its process is killed",
        WasClean: "yes",
        RepeatsReason: "no",
        SetsDeflate: NoMember);

    public static readonly PeerKind Websockets = new(
        "Python `websockets`",
        "CIERRE_SKIP_PYTHON",
        AsServer: "yes",
        Fragments: "yes: `send` of an iterable",
        Ping: "yes: `await ping()`, awaited again",
        SeesPings: "no: answered unseen",
        EmptyClose: "no: `close()` sends 1000",
        Terminate: "no; its process is killed",
        WasClean: "no: clean where its exception has frames both ways",
        RepeatsReason: "yes",
        SetsDeflate: "yes: `extensions`");

    public static readonly PeerKind Chromium = new(
        "Chromium",
        "CIERRE_SKIP_CHROMIUM",
        AsServer: "no: a client only",
        Fragments: "no: `send()` takes a whole message",
        Ping: NoMember,
        SeesPings: NoMember,
        EmptyClose: "yes: `close()`",
        Terminate: NoMember + "; its network process is killed",
        WasClean: "yes",
        RepeatsReason: "yes",
        SetsDeflate: NoMember);

    public static readonly IReadOnlyList<PeerKind> All = [Ws, Websockets, Undici, Chromium];

    public static bool Can(string sentence) => !sentence.StartsWith("no", StringComparison.Ordinal);
}
