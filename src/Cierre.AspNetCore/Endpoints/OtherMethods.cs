namespace Cierre.AspNetCore.Endpoints;

/// <summary>
/// Marks a socket as asked for what is no handshake, and holds the methods that others answer at its address: a 405 has to name them beside its own
/// (RFC 9110 15.5.6).
/// </summary>
internal sealed record OtherMethods(IReadOnlyList<string> Names);
