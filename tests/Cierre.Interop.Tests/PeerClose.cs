namespace Cierre.Interop.Tests;

/// <summary>What a peer told its application of the end of a connection.</summary>
public sealed record PeerClose(int Code, string Reason, bool WasClean);
