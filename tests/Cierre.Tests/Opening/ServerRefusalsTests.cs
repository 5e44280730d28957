using Cierre.Opening;
using Xunit;
using Refused = Cierre.WebSocketHandshakeResult;

namespace Cierre.Tests.Opening;

public sealed class ServerRefusalsTests
{
    private const string Hostile = "<b>\r\nX: y";

    private static readonly Refused[] All =
    [
        ServerRefusals.MethodNotGet(Hostile, []),
        ServerRefusals.HostCount(0),
        ServerRefusals.HttpVersion10(),
        ServerRefusals.UpgradeNotWebSocket([Hostile]),
        ServerRefusals.ConnectionNotUpgrade([Hostile]),
        ServerRefusals.HasContent(),
        ServerRefusals.NotExtendedConnect(Hostile, []),
        ServerRefusals.ProtocolNotWebSocket(Hostile),
        ServerRefusals.VersionRepeated(2),
        ServerRefusals.VersionMissing(isHttp2: false),
        ServerRefusals.VersionNotSupported(Hostile, isHttp2: true),
        ServerRefusals.KeyMissing(),
        ServerRefusals.KeyRepeated(2),
        ServerRefusals.KeyInvalid(Hostile),
        ServerRefusals.SubprotocolsMalformed([Hostile], "it is not"),
        ServerRefusals.SubprotocolRepeated("a"),
        ServerRefusals.ExtensionsMalformed(new(1, 1, Hostile, "an extension name")),
    ];

    [Fact]
    public void Every_kind_has_its_refusal() => Assert.Equal(Enum.GetValues<HandshakeRefusalKind>(), All.Select(refused => refused.Kind!.Value));

    [Fact]
    public void Every_text_is_one_sentence_in_printable_ascii() => Assert.All(All, refused =>
    {
        Assert.StartsWith("The ", refused.Error!, StringComparison.Ordinal);
        Assert.EndsWith(".", refused.Error!, StringComparison.Ordinal);
        Assert.DoesNotContain(refused.Error!, character => character is < ' ' or > '~');
    });

    [Fact]
    public void No_header_holds_text_of_the_peer() =>
        Assert.All(All.SelectMany(refused => refused.Headers), header => Assert.True(header.Value is "GET" or "websocket" or "Upgrade, close" or "13"));
}
