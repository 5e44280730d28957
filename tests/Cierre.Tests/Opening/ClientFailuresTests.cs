using Cierre.Opening;
using Xunit;

namespace Cierre.Tests.Opening;

public sealed class ClientFailuresTests
{
    [Fact]
    public void A_status_is_a_cause_of_its_own() => Assert.Equal(HandshakeFailureKind.HttpStatus, ClientFailures.HttpStatus(404).Kind);

    [Fact]
    public void Text_of_the_server_is_escaped_and_cut() => Assert.All(
        [
            ClientFailures.BadHandshakeUpgrade(["\r\n"]),
            ClientFailures.BadHandshakeConnection(["\r\n"]),
            ClientFailures.BadHandshakeAccept("\r\n", "due"),
            ClientFailures.BadHandshakeExtensions(new(1, 1, "\r\n", "an extension name")),
            ClientFailures.BadHandshakeExtensionNotOffered("\r\n"),
            ClientFailures.BadHandshakeSubprotocolSeveral(["\r\n"]),
            ClientFailures.BadHandshakeSubprotocolNotAsked("\r\n"),
        ],
        failed => Assert.Equal("\\u000D\\u000A", failed.Sentence.Arguments[0]));
}
