namespace Cierre.Testing.Network;

/// <summary>Looks at bytes of one direction, in their order.</summary>
internal delegate void WireTap(ReadOnlySpan<byte> bytes);
