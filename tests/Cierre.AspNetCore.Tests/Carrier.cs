namespace Cierre.AspNetCore.Tests;

/// <summary>What carries a connection: the same tests run over each.</summary>
public enum Carrier
{
    Http1,
    Tls,
    Http2,
    Http2Tls,
}
