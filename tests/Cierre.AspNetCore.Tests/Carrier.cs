using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>What carries a connection: the same tests run over each.</summary>
public enum Carrier
{
    Http1,
    Tls,
    Http2,
    Http2Tls,
}

/// <summary>The carriers as data of theories.</summary>
public static class Carriers
{
    public static TheoryData<Carrier> All => [Carrier.Http1, Carrier.Tls, Carrier.Http2, Carrier.Http2Tls];

    /// <summary>One of each kind: the byte stream, the byte stream in TLS, a stream among others.</summary>
    public static TheoryData<Carrier> EachKind => [Carrier.Http1, Carrier.Tls, Carrier.Http2];

    public static TheoryData<Carrier> Http1Only => [Carrier.Http1, Carrier.Tls];

    public static bool IsHttp2(this Carrier carrier) => carrier is Carrier.Http2 or Carrier.Http2Tls;

    public static bool IsTls(this Carrier carrier) => carrier is Carrier.Tls or Carrier.Http2Tls;
}
